/** A teardown over AWS. */

import {DrError} from '../../../errors.js'
import type {Estate} from '../../../model/estate.js'
import type {TeardownAct} from '../../../model/teardown-plan.js'
import type {ActOptions, Demolition} from '../../../ports/teardown.js'
import type {CallOptions, Clock} from '../../../ports/world.js'
import type {Clients} from '../clients.js'
import {deleteBucket, emptyBucket} from './buckets.js'
import {Caller} from './caller.js'
import * as database from './database.js'
import {inventory} from './inventory.js'
import type {Wanted} from './inventory.js'
import * as keepers from './keepers.js'
import {appsOf, deleteStack, liftTerminationProtection} from './stacks.js'

export class AwsDemolition implements Demolition {
  constructor(
    private readonly clients: Clients,
    private readonly clock: Clock,
    private readonly wanted: Wanted,
  ) {}

  look({signal}: CallOptions = {}): Promise<Estate> {
    return inventory(new Caller(this.clients, this.clock, signal), this.wanted)
  }

  async act({kind, region, target, from}: TeardownAct, {signal, note}: ActOptions): Promise<void> {
    const caller = new Caller(this.clients, this.clock, signal)
    const {arn, id} = target
    const where = {arn, id, region}
    switch (kind) {
      case 'leave': {
        return database.leaveGlobal(caller, {arn, region, global: from!}, note)
      }

      case 'empty': {
        return emptyBucket(caller, region, id)
      }

      case 'unprotect': {
        return unprotect(caller, target.kind, where)
      }

      case 'delete': {
        return remove(caller, target.kind, where, note)
      }
    }
  }
}

/** Applications whose tag a stack of these regions carries, for who cannot say which one is meant. */
export async function appsByTag(
  clients: Clients,
  clock: Clock,
  regions: string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const caller = new Caller(clients, clock, signal)
  const found = await Promise.all(regions.map((region) => appsOf(caller, region)))
  return [...new Set(found.flat())].sort()
}

async function unprotect(
  caller: Caller,
  kind: TeardownAct['target']['kind'],
  where: database.EstateTarget,
): Promise<void> {
  switch (kind) {
    case 'stack': {
      return liftTerminationProtection(caller, where)
    }

    case 'user-pool': {
      return keepers.unprotectPool(caller, where)
    }

    case 'db-cluster':
    case 'db-instance':
    case 'global-cluster': {
      return database.unprotectDatabase(caller, kind, where)
    }

    default: {
      throw impossible('unprotect', kind)
    }
  }
}

async function remove(
  caller: Caller,
  kind: TeardownAct['target']['kind'],
  where: database.EstateTarget,
  note: (text: string) => void,
): Promise<void> {
  switch (kind) {
    case 'stack': {
      return deleteStack(caller, where, note)
    }

    case 'bucket': {
      return deleteBucket(caller, where.region, where.id)
    }

    case 'db-cluster': {
      return database.deleteCluster(caller, where)
    }

    case 'db-instance': {
      return database.deleteInstance(caller, where)
    }

    case 'db-snapshot': {
      return database.deleteSnapshot(caller, where)
    }

    case 'global-cluster': {
      return database.deleteGlobal(caller, where)
    }

    case 'key': {
      return keepers.scheduleKey(caller, where)
    }

    case 'log-group': {
      return keepers.deleteLogGroup(caller, where)
    }

    case 'secret': {
      return keepers.deleteSecret(caller, where)
    }

    case 'user-pool': {
      return keepers.deletePool(caller, where)
    }

    default: {
      throw impossible('delete', kind)
    }
  }
}

const impossible = (verb: string, kind: string): DrError =>
  new DrError({code: 'NoSuchAct', exit: 'failed', what: `todo-dr cannot ${verb} a resource of the kind ${kind}`})
