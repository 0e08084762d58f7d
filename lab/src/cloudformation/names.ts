/** Names and ids in the shapes that AWS generates. */

import {randomBytes, randomUUID} from 'node:crypto'
import {arn} from '../kernel.js'

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

export const randomCapitals = (length: number): string =>
  Array.from(randomBytes(length), (byte) => CAPITALS[byte % CAPITALS.length]).join('')
export const randomHex = (length: number): string =>
  randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length)

/**
 * `<stack>-<logicalId>-<12 random>`, as CloudFormation names a resource that has no name of its own. Where the whole is longer
 * than `max`, the two names are cut and the random part stays.
 */
export function generatedName(
  stackName: string,
  logicalId: string,
  options: {max?: number; lowerCase?: boolean} = {},
): string {
  const random = randomCapitals(12)
  const room = (options.max ?? 255) - random.length - 2
  const stackRoom = Math.max(Math.floor(room / 2), room - logicalId.length)
  const head = stackName.slice(0, stackRoom)
  const name = `${head}-${logicalId.slice(0, room - head.length)}-${random}`
  return options.lowerCase ? name.toLowerCase() : name
}

export const newStackId = (region: string, stackName: string): string =>
  arn('cloudformation', region, `stack/${stackName}/${randomUUID()}`)

export const newChangeSetId = (region: string, name: string): string =>
  arn('cloudformation', region, `changeSet/${name}/${randomUUID()}`)
