/** The cluster that `--against` names: one that stands beside the global database, such as the restored volume of an old primary. */

import {DrError, Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {Observation} from '../../model/observation.js'
import type {Clusters, FoundCluster} from '../../ports/clusters.js'

const ENGINE = 'aurora-mysql'
const ARN = /^arn:[^:]+:rds:([^:]+):\d{12}:cluster:([^:]+)$/

/**
 * `named`: an id, or an ARN. A region that does not answer is passed over where the other one has it; otherwise that is thrown, with
 * the region's name (`ClusterUntold`, exit unknown). Throws `ClusterUnknown`, `ClusterAmbiguous`, `ClusterIsMember`, `ClusterOfOtherEngine` or
 * `ClusterWithoutInstance` (exit usage) for what cannot be compared with the primary.
 */
export async function clusterBeside(
  named: string,
  {global, regions}: Pick<Observation, 'global' | 'regions'>,
  clusters: Clusters,
  signal: AbortSignal,
): Promise<FoundCluster> {
  const [, only, id = named] = ARN.exec(named) ?? []
  const places: Region[] = Object.keys(regions).filter((region) => only === undefined || region === only)
  const silent: Region[] = []
  const find = async (region: Region): Promise<FoundCluster | undefined> => {
    try {
      return await clusters.find(region, id.toLowerCase(), {signal})
    } catch (error) {
      if (signal.aborted || !(error instanceof Unreachable)) throw error
      silent.push(region)
      return undefined
    }
  }

  const answers = await Promise.all(places.map((region) => find(region)))
  const [found, other] = answers.filter((one) => one !== undefined)
  if (!found && silent.length > 0)
    throw untold(
      named,
      places,
      places.filter((region) => silent.includes(region)),
    )
  if (!found)
    throw refused(
      'ClusterUnknown',
      `there is no cluster ${named} in ${Object.keys(regions).join(' or ')}`,
      'the primary can be compared with a cluster of one of these regions, where the deployment has a function that reads it',
      `aws rds describe-db-clusters --region ${Object.keys(regions)[0]!}`,
    )
  if (other)
    throw refused(
      'ClusterAmbiguous',
      `both regions have a cluster ${named}`,
      'which of them is meant cannot be told',
      `todo-dr drift --rows --against ${found.arn}, or --against ${other.arn}`,
    )
  if (global.reachable && global.value.members.some(({clusterArn}) => clusterArn === found.arn))
    throw refused(
      'ClusterIsMember',
      `${found.id} is a member of the global database`,
      '--against compares the primary with a cluster that is none',
      'todo-dr drift --rows compares the regions',
    )
  if (found.engine !== ENGINE)
    throw refused(
      'ClusterOfOtherEngine',
      `${found.id} runs ${found.engine}, and not ${ENGINE}`,
      'rows are compared by digests that both servers must make in the same way',
      'restore the snapshot with --engine aurora-mysql',
    )
  if (!found.serves)
    throw refused(
      'ClusterWithoutInstance',
      `${found.id} has no instance that is available`,
      'RDS restores a cluster without instances, and nobody can read it then',
      `wait for it, or make one: aws rds create-db-instance --region ${found.region} --db-cluster-identifier ${found.id} --db-instance-identifier ${found.id}-1 --engine ${ENGINE} --db-instance-class db.serverless`,
    )
  return found
}

function untold(named: string, places: readonly Region[], silent: readonly Region[]): DrError {
  const asked = places.find((region) => !silent.includes(region))
  const without = asked === undefined ? '' : `${asked} has no cluster ${named}, and `
  return new DrError({
    code: 'ClusterUntold',
    exit: 'unknown',
    what: `${without}${silent.join(' and ')} ${silent.length === 1 ? 'does' : 'do'} not answer`,
    why: 'the cluster may be there',
    next: 'todo-dr status',
  })
}

const refused = (code: string, what: string, why: string, next: string): DrError =>
  new DrError({code, exit: 'usage', what, why, next})
