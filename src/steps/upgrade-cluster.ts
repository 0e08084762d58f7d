import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {Cluster} from '../model/observation.js'
import type {Step, StepContext} from '../model/step.js'
import {mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'

export interface UpgradeOf {
  region: Region
  /** As RDS writes it. */
  version: string
  /** What the region is while it is upgraded. */
  role: 'primary' | 'standby'
}

/** What RDS answers while it does something else with the cluster, such as a backup (RDS API reference, ModifyDBCluster). */
const BUSY = 'InvalidDBClusterStateFault'
/** Calls that are tried where RDS fails them without a reason. */
const TRIES = 3
const PAUSE_MS = 500
/** An upgrade that was under way, and is not any more for so long, without the new version: RDS has given it up. Milliseconds. */
const GIVEN_UP_MS = 60_000

/**
 * Upgrades the engine of one member of the global database, and waits until RDS reports the version and calls the cluster available.
 * Each member has its own step, in the order of the plan: a primary that is newer than its standby could not be failed away from, and AWS
 * refuses it ("upgrade all of the secondary clusters before you upgrade the primary", Aurora user guide, "Upgrading Aurora MySQL by
 * modifying the engine version"). So it looks at the live role first, and throws `RolesChanged` (exit stopped) where that is another one
 * than planned. Throws `UpgradeGivenUp` (exit stopped) where RDS ends it without the version: its prechecks found something ("Upgrading
 * the minor version or patch level of an Aurora MySQL DB cluster"). Nothing takes an upgrade back.
 */
export function upgradeCluster({region, version, role}: UpgradeOf): Step<World> {
  let underWay = false
  let idleSince: number | undefined
  return {
    async isDone({clock, database}, {signal, note}) {
      const cluster = await database.cluster(region, {signal})
      if (isUpgraded(cluster, version)) return true
      if (isUpgrading(cluster)) {
        underWay = true
        idleSince = undefined
        note(`RDS is upgrading ${region}`)
      } else if (underWay && cluster.engineVersion !== version) {
        idleSince ??= clock.now()
        if (clock.now() - idleSince >= GIVEN_UP_MS) throw givenUp(region, version, cluster)
      }

      return false
    },

    async act(world, context) {
      const {clock, database} = world
      const {signal, note} = context
      await refuseOtherRole(world, {region, version, role}, context)
      let accepted = false
      const accept = async (): Promise<void> => {
        if (!accepted) await context.accepted()
        accepted = true
      }

      for (let attempt = 1; ;) {
        try {
          const cluster = await database.cluster(region, {signal})
          if (!isUpgrading(cluster) && cluster.engineVersion !== version)
            await database.upgrade(region, version, {signal})
          return await accept()
        } catch (error) {
          // Without an answer it may have begun.
          if (error instanceof DrError && error.unclear) await accept()
          signal.throwIfAborted()
          const busy = error instanceof DrError && error.code === BUSY
          if (!busy && (!mayPass(error) || attempt++ === TRIES)) throw error
          note(`${error.message}; trying again`)
          await clock.sleep(PAUSE_MS, signal)
        }
      }
    },

    async hasBegun({database}, {signal}) {
      try {
        const cluster = await database.cluster(region, {signal})
        return isUpgrading(cluster) || cluster.engineVersion === version
      } catch (error) {
        if (error instanceof DrError) return true
        throw error
      }
    },
  }
}

const isUpgrading = ({status, instances}: Cluster): boolean => status === 'upgrading' || instances.includes('upgrading')

const isUpgraded = (cluster: Cluster, version: string): boolean =>
  cluster.engineVersion === version && cluster.status === 'available' && !isUpgrading(cluster)

async function refuseOtherRole({database}: World, {region, role}: UpgradeOf, {signal}: StepContext): Promise<void> {
  const {members} = await database.describe(region, {signal})
  const writes = members.some((member) => member.region === region && member.isWriter)
  if (writes === (role === 'primary')) return
  throw new DrError({
    code: 'RolesChanged',
    exit: 'stopped',
    what: `${region} is not the ${role} any more: it was not upgraded`,
    why: 'the plan was made for other roles, and AWS wants the standby upgraded first',
    next: 'todo-dr status, then todo-dr upgrade again: it begins with the region that stands by now',
  })
}

const givenUp = (region: Region, version: string, {engineVersion, status}: Cluster): DrError =>
  new DrError({
    code: 'UpgradeGivenUp',
    exit: 'stopped',
    what: `RDS began to upgrade ${region} to ${version}, and has stopped without it`,
    why: `the cluster is ${status} with engine version ${engineVersion}; perhaps the prechecks of the upgrade found something`,
    next: `aws rds describe-events --region ${region} --source-type db-cluster; then todo-dr resume tries again`,
  })
