import {fault, type Faults} from '../../kernel.js'
import {isRegion} from '../../regions.js'
import type {ByRegion} from '../by-region.js'
import {findSecret, isReplica, type Replica, type Secret} from './secret.js'

/**
 * A replica is a byte copy of its primary, under the same name and suffix, encrypted with a key of its own region. It
 * cannot be changed; it lives on when the primary's region is lost, and what changes there meanwhile follows later.
 * Source: "Replicate a Secrets Manager secret to other Regions", Secrets Manager user guide.
 */
export class Replication {
  constructor(
    private readonly state: ByRegion<Secret>,
    private readonly faults: Faults,
  ) {
    faults.onLift(() => {
      for (const [, secrets] of state.all()) for (const secret of secrets.values()) this.synchronise(secret)
    })
  }

  add(secret: Secret, wanted: {Region?: string; KmsKeyId?: string}[], overwrite: boolean): void {
    for (const {Region: region, KmsKeyId: kmsKeyId} of wanted) {
      if (!region || region === secret.region || !isRegion(region)) {
        throw fault(
          'InvalidParameterException',
          'Invalid replica region: it must be another region of AWS than the primary secret’s.',
        )
      }

      const present = this.state.of(region).get(secret.name)
      const foreign = present && present.primaryRegion !== secret.region
      if (foreign && !overwrite) {
        const message = `Replication failed: Secret name ${secret.name} already exists in region ${region}.`
        secret.replicas.set(region, {region, kmsKeyId, status: 'Failed', message})
        continue
      }

      if (foreign) this.state.of(region).delete(secret.name)
      secret.replicas.set(region, {region, kmsKeyId, status: 'InProgress', message: undefined})
    }

    if (secret.replicas.size > 0) secret.primaryRegion = secret.region
    this.synchronise(secret)
  }

  remove(secret: Secret, regions: string[]): void {
    for (const region of regions) {
      const replica = secret.replicas.get(region)
      if (!replica) throw fault('InvalidParameterException', `${secret.name} has no replica in ${region}`)
      const copy = this.state.of(region).get(secret.name)
      if (copy?.primaryRegion === secret.region) this.state.of(region).delete(secret.name)
      secret.replicas.delete(region)
    }

    if (secret.replicas.size === 0) secret.primaryRegion = undefined
  }

  /** StopReplicationToReplica: the replica becomes a secret in its own right, for good. */
  promote(replica: Secret): void {
    if (!isReplica(replica))
      throw fault('InvalidRequestException', `${replica.name} in ${replica.region} is not a replica`)
    const primary = this.state.of(replica.primaryRegion!).get(replica.name)
    primary?.replicas.delete(replica.region)
    if (primary?.replicas.size === 0) primary.primaryRegion = undefined
    replica.primaryRegion = undefined
  }

  /** Brings every replica that can be reached up to date; the others stay InProgress until their region is back. */
  synchronise(secret: Secret): void {
    for (const replica of secret.replicas.values()) {
      if (replica.status === 'Failed') continue
      const apart = [secret.region, replica.region].some((region) => this.faults.lost(region))
      replica.status = apart ? 'InProgress' : 'InSync'
      if (!apart) this.copy(secret, replica)
    }
  }

  private copy(secret: Secret, {region, kmsKeyId}: Replica): void {
    const copies = this.state.of(region)
    const parts = secret.arn.split(':')
    parts[3] = region
    copies.set(secret.name, {
      ...secret,
      arn: parts.join(':'),
      region,
      kmsKeyId,
      versions: new Map(
        [...secret.versions].map(([id, version]) => [id, {...version, stages: new Set(version.stages)}]),
      ),
      tags: new Map(secret.tags),
      createdAt: copies.get(secret.name)?.createdAt ?? new Date(),
      primaryRegion: secret.region,
      replicas: new Map(),
    })
  }
}

/** For what AWS refuses on a replica. */
export function findPrimary(secrets: ReadonlyMap<string, Secret>, id: string): Secret {
  const secret = findSecret(secrets, id)
  if (isReplica(secret)) {
    throw fault(
      'InvalidRequestException',
      `Operation not permitted on a replica secret. Call must be made in primary secret's region (${secret.primaryRegion}).`,
    )
  }

  return secret
}
