/**
 * Renews lab/src/wire/constraints.json: the enums, ranges, lengths and patterns that the models of AWS's services give the inputs of the
 * lab's operations. The argument is a folder with the Python package botocore (Apache-2.0), which carries those models:
 *
 *   pip install --no-deps --target FOLDER botocore
 *   node --import tsx scripts/distil-inputs.ts FOLDER
 *
 * What is required, and of which type, is not in the file: the SDK's own schemas say it.
 */

import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {makeServices} from '../lab/src/aws/index.js'
import type {Constraint} from '../lab/src/wire/constraints.js'
import {testLab} from '../lab/test/wire/support.js'

interface Shape extends Constraint {
  type: string
  members?: Record<string, {shape: string}>
}

interface Model {
  operations: Record<string, {input?: {shape: string}}>
  shapes: Record<string, Omit<Shape, 'members' | 'member' | 'key' | 'value'> & Record<string, unknown>>
}

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: node --import tsx scripts/distil-inputs.ts FOLDER')

/** By the name in a signature's scope, where the folder has another. */
const FOLDERS: Record<string, string> = {
  monitoring: 'cloudwatch',
  servicequotas: 'service-quotas',
  tagging: 'resourcegroupstaggingapi',
}

function modelOf(signingName: string): Model {
  const service = join(folder!, 'botocore', 'data', FOLDERS[signingName] ?? signingName)
  const newest = readdirSync(service)
    .filter((name) => /^\d/.test(name))
    .sort()
    .at(-1)!
  const path = join(service, newest, 'service-2.json')
  const text = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`))
  return JSON.parse(text.toString('utf8')) as Model
}

/** The shapes that say something of a value, or lead to one that does. */
class Distilled {
  readonly shapes: Record<string, Constraint> = {}
  private readonly entered = new Map<string, boolean>()

  constructor(private readonly model: Model) {}

  /** Whether anything is said of this shape. A shape that leads to itself counts by what else it leads to. */
  enter(name: string): boolean {
    const known = this.entered.get(name)
    if (known !== undefined) return known
    this.entered.set(name, false)
    const shape = this.model.shapes[name]!
    const {min, max, pattern} = shape as Constraint
    const lead = (to: unknown): string | undefined => {
      const target = (to as {shape: string} | undefined)?.shape
      return target !== undefined && this.enter(target) ? target : undefined
    }
    const members = Object.entries((shape.members ?? {}) as Record<string, unknown>).flatMap(([member, to]) => {
      const target = lead(to)
      return target === undefined ? [] : [[member, target] as const]
    })
    const lean: Constraint = {
      ...(shape.enum && {enum: shape.enum}),
      ...(min !== undefined && min !== 0 && {min}),
      ...(max !== undefined && {max}),
      ...(pattern !== undefined && !saysNothing(pattern) && {pattern}),
      ...(shape.type === 'map'
        ? compact({key: lead(shape.key), value: lead(shape.value)})
        : compact({member: lead(shape.member)})),
      ...(members.length > 0 && {members: Object.fromEntries(members)}),
    }
    const says = Object.keys(lean).length > 0
    if (says) this.shapes[name] = lean
    this.entered.set(name, says)
    return says
  }
}

const compact = <T extends object>(object: T): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>

const saysNothing = (pattern: string): boolean =>
  [String.raw`[\s\S]*`, '.*', String.raw`^[\s\S]*$`, '^.*$'].includes(pattern)

const sorted = <T>(table: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).sort(([left], [right]) => (left < right ? -1 : 1)))

const lab = await testLab()
const services: Record<string, object> = {}
for (const {api, operations} of makeServices(lab.lab)) {
  if (!api.client) continue
  const model = modelOf(api.signingName)
  const distilled = new Distilled(model)
  const inputs: Record<string, string | null> = {}
  for (const name of Object.keys(operations)) {
    const operation = model.operations[name]
    // The lab's S3 has operations of CloudFormation's that AWS's API has not.
    if (!operation) continue
    const input = operation.input?.shape
    inputs[name] = input !== undefined && distilled.enter(input) ? input : null
  }
  services[api.signingName] = {inputs: sorted(inputs), shapes: sorted(distilled.shapes)}
}
await lab.close()

const version = /__version__ = '([\d.]+)'/.exec(readFileSync(join(folder, 'botocore', '__init__.py'), 'utf8'))![1]!
const head = {
  source: `The service models of botocore ${version} (Apache-2.0)`,
  date: new Date().toISOString().slice(0, 10),
}
const lines = Object.entries(sorted(services)).map(
  ([name, table]) => `${JSON.stringify(name)}: ${JSON.stringify(table)}`,
)
writeFileSync(
  new URL('../lab/src/wire/constraints.json', import.meta.url),
  `${JSON.stringify(head).slice(0, -1)},"services":{\n${lines.join(',\n')}\n}}\n`,
)
process.exit(0)
