/** What `drift` asks, of a session: the world and, in each region, the database by its compare function. */

import {join} from 'node:path'
import type {FindInput} from '../actions/drift/kind.js'
import type {Against} from '../actions/drift/run.js'
import type {ScanStates} from '../ports/scan-state.js'
import type {Session} from './session.js'

export interface OpenDrift extends Pick<FindInput, 'settings' | 'side' | 'stackDrifts' | 'world'> {
  lab: boolean
  states: ScanStates
  against?: Against
}

/** `cluster`: the value of --against. */
export async function openDrift(session: Session, cluster?: string): Promise<OpenDrift> {
  const [
    {FunctionSide},
    {AwsClusters},
    {AwsRegionSettings},
    {AwsStackDrifts},
    {FsScanStates},
    {labStateFolder, targetStateFolder},
    world,
    clients,
    target,
  ] = await Promise.all([
    import('../adapters/aws/tables.js'),
    import('../adapters/aws/clusters.js'),
    import('../adapters/aws/settings/index.js'),
    import('../adapters/aws/stack-drift.js'),
    import('../adapters/fs/scan-states.js'),
    import('../adapters/fs/paths.js'),
    session.world(),
    session.clients(),
    session.target(),
  ])
  // The state of a lab's scan goes with the lab.
  const folder = target.kind === 'lab' ? labStateFolder(target.lab) : targetStateFolder(target.name)
  const againstOf = (named: string): Against => ({
    cluster: named,
    clusters: new AwsClusters(clients),
    side: (found) => new FunctionSide(world.functions, world.clock, found.region, found),
  })
  return {
    world,
    lab: target.kind === 'lab',
    settings: new AwsRegionSettings(clients, world.deployment),
    stackDrifts: new AwsStackDrifts(clients, world.clock),
    side: (region) => new FunctionSide(world.functions, world.clock, region),
    against: cluster === undefined ? undefined : againstOf(cluster),
    states: new FsScanStates(join(folder, 'drift-rows.json')),
  }
}
