/** A resource type whose doings a test sees and decides. */

import type {Properties, ResourceProvider} from '../../src/cloudformation/provider.js'

export interface Things {
  provider: ResourceProvider
  /** What was done, in order: `create A {"Size":1}`. */
  log: string[]
  /** Physical ids that exist. */
  alive: Set<string>
  /** The most creations that ran at the same time. */
  most(): number
}

/**
 * `{Fail: true}` fails a creation, `{FailLate: true}` fails it after the thing exists, `{FailUpdate: true}` an update,
 * `{FailDelete: true}` a deletion; a creation takes `Turns` turns of the event loop. `Name` replaces, everything else updates in place.
 */
export function things(): Things {
  const log: string[] = []
  const alive = new Set<string>()
  let count = 0
  let running = 0
  let most = 0
  const note = (verb: string, id: string, properties: Properties): void => {
    log.push(`${verb} ${id} ${JSON.stringify(properties)}`)
  }
  const provider: ResourceProvider = {
    createOnly: ['Name'],
    deletionPolicy: () => 'Delete',
    async create(properties, context) {
      const id = `${context.logicalId}-${++count}`
      most = Math.max(most, ++running)
      note('create', id, properties)
      for (let turn = 0; turn < Number(properties.Turns ?? 1); turn++)
        await new Promise((resolve) => setImmediate(resolve))
      running--
      if (properties.Fail) throw new Error('no more things')
      alive.add(id)
      context.allocated(id)
      if (properties.FailLate) throw new Error('a late surprise')
      return {physicalId: id, attributes: {Arn: `arn:${id}`, Size: properties.Size}}
    },
    async update(physicalId, properties) {
      note('update', physicalId, properties)
      if (properties.FailUpdate) throw new Error('cannot change')
      return {physicalId, attributes: {Arn: `arn:${physicalId}`, Size: properties.Size}}
    },
    async delete(physicalId, properties, _context, {snapshot}) {
      log.push(`delete ${physicalId}${snapshot ? ' with snapshot' : ''}`)
      if (properties.FailDelete) throw new Error('cannot go')
      alive.delete(physicalId)
    },
  }
  return {provider, log, alive, most: () => most}
}

export const thing = (Properties: object = {}, more: object = {}) => ({Type: 'Test::Thing', Properties, ...more})
