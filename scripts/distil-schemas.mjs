// Distils CloudFormation's resource schemas down to the lab's types: lab/src/cloudformation/schemas.json.
// They come from cfn-lint (AWS's own, MIT-0), which carries the schemas of CloudFormation's registry with known errors put right.
// Members that are newer than it are added by name, with their plain type, from @aws-cdk/aws-service-spec (Apache-2.0), which the toolkit brings.
// Usage: pip download --no-deps cfn-lint==VERSION && unzip cfn_lint-*.whl -d FOLDER
//        node --import tsx scripts/distil-schemas.mjs FOLDER/cfnlint VERSION
import {readFileSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {MADE, RECORDED} from '../lab/src/aws/index.ts'

const [folder, version] = process.argv.slice(2)
if (!folder || !version) throw new Error('usage: node --import tsx scripts/distil-schemas.mjs FOLDER/cfnlint VERSION')

const text = (...path) => readFileSync(join(folder, ...path), 'utf8')
const digests = new Map(
  [...text('data/schemas/providers/us_east_1.py').matchAll(/"(AWS::[\w:]+)": "(\w+)"/g)].map(([, type, digest]) => [
    type,
    digest,
  ]),
)

/** Types of which Fn::GetAtt gives every property too, and what it gives of others beside the read-only properties. */
const getatts = text('schema/_getatts.py')
const [, everyProperty = '', others = ''] = /_all_property_types = \[(.*?)\]\n.*?_exceptions = \{(.*?)\n\}/s.exec(
  getatts,
)
const namesOf = (list) => [...list.matchAll(/"([\w:.]+)"/g)].map(([, name]) => name)
const everyPropertyTypes = new Set(namesOf(everyProperty))
const exceptions = new Map(
  [...others.matchAll(/"(AWS::[\w:]+)": \[(.*?)\]/gs)].map(([, type, list]) => [type, namesOf(list)]),
)

const KEPT = new Set([
  '$ref',
  'additionalProperties',
  'anyOf',
  'const',
  'enum',
  'items',
  'maximum',
  'maxItems',
  'maxLength',
  'minimum',
  'minItems',
  'minLength',
  'minProperties',
  'oneOf',
  'pattern',
  'patternProperties',
  'properties',
  'required',
  'type',
  'uniqueItems',
])
const BY_NAME = new Set(['properties', 'patternProperties'])

/** Without what says nothing about a value, such as descriptions and formats, which are cfn-lint's own. */
function lean(schema) {
  if (Array.isArray(schema)) return schema.map(lean)
  if (typeof schema !== 'object' || schema === null) return schema
  // An alternative that says only which format a value has says nothing once that is gone.
  const isEmpty = (key, value) =>
    ['anyOf', 'oneOf'].includes(key) && lean(value).some((one) => Object.keys(one).length === 0)
  const entries = Object.entries(schema).filter(([key, value]) => KEPT.has(key) && !isEmpty(key, value))
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      BY_NAME.has(key)
        ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, lean(member)]))
        : key === 'pattern'
          ? value.replaceAll(String.raw`\Z`, '$')
          : key === 'enum' || key === 'const'
            ? value
            : lean(value),
    ]),
  )
}

/** The definitions that a schema leads to. */
function reached(schema, definitions, found = {}) {
  for (const [, name] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
    if (Object.hasOwn(found, name)) continue
    found[name] = lean(definitions[name])
    reached(found[name], definitions, found)
  }
  return found
}

const fromToolkit = createRequire(createRequire(import.meta.url).resolve('@aws-cdk/toolkit-lib'))
const database = fromToolkit('@aws-cdk/aws-service-spec').loadAwsServiceSpecSync()
const {version: specVersion} = fromToolkit('@aws-cdk/aws-service-spec/package.json')

const PLAIN = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  array: 'array',
  map: 'object',
  ref: 'object',
  tag: 'object',
}

/** Adds the members that only the newer source knows. */
function complete(properties, newer) {
  for (const [name, {type}] of Object.entries(newer))
    properties[name] ??= PLAIN[type.type] ? {type: PLAIN[type.type]} : {}
}

/** What neither source has, and aws-cdk-lib 2.276.0 writes into templates. */
const NEWEST = {'AWS::RDS::DBProxyTargetGroup': {Tags: {type: {type: 'array'}}}}

function addNewer(type, {properties, definitions}) {
  complete(properties, NEWEST[type] ?? {})
  const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', type)
  if (!resource) return
  complete(properties, resource.properties)
  for (const {entity} of database.follow('usesType', resource)) {
    const definition = definitions[entity.name]
    if (definition?.properties) complete(definition.properties, entity.properties)
  }
}

function distil(type) {
  const whole = JSON.parse(text('data/schemas/resources', `${digests.get(type)}.json`))
  const {
    definitions = {},
    createOnlyProperties = [],
    writeOnlyProperties = [],
    required = [],
    readOnlyProperties = [],
  } = whole
  const written = new Set([
    ...createOnlyProperties,
    ...writeOnlyProperties,
    ...required.map((name) => `/properties/${name}`),
  ])
  const readOnly = new Set(readOnlyProperties.filter((path) => !written.has(path)))
  const properties = Object.fromEntries(
    Object.entries(whole.properties ?? {}).filter(([name]) => !readOnly.has(`/properties/${name}`)),
  )
  const schema = lean({...whole, type: 'object', properties})
  const attributes = [
    ...readOnlyProperties.map((path) => path.replace('/properties/', '').replaceAll('/', '.')),
    ...(everyPropertyTypes.has(type) ? Object.keys(whole.properties ?? {}) : []),
    ...(exceptions.get(type) ?? []),
  ]
  const result = {...schema, definitions: reached(schema, definitions), attributes: [...new Set(attributes)].sort()}
  addNewer(type, result)
  return result
}

const types = Object.keys({...MADE, ...RECORDED})
  .filter((type) => digests.has(type))
  .sort()
const date = new Date().toISOString().slice(0, 10)
const source = `CloudFormation's resource schemas of us-east-1 in cfn-lint ${version}, with newer members of @aws-cdk/aws-service-spec ${specVersion}`
const head = JSON.stringify({source, date})
const lines = types.map((type) => `${JSON.stringify(type)}: ${JSON.stringify(distil(type))}`)
writeFileSync(
  new URL('../lab/src/cloudformation/schemas.json', import.meta.url),
  `${head.slice(0, -1)},"types":{\n${lines.join(',\n')}\n}}\n`,
)
process.stderr.write(`${types.length} types\n`)
