/** Each supported type, made wrong by its own schema in every way that a schema knows. */

import {expect} from 'chai'
import fc from 'fast-check'

import {MADE, RECORDED} from '../../src/aws/index.js'
import {checkProperties, schemaOf, type Schema, type TypeSchema} from '../../src/cloudformation/schema-check.js'
import {smallLab} from './small-lab.js'

const at = (schema: Schema, {definitions}: TypeSchema): Schema =>
  schema.$ref === undefined ? schema : at(definitions[schema.$ref.split('/').at(-1)!]!, {definitions} as TypeSchema)

/** A place in a type: the names that lead there, and what its schema says. Recursive definitions are entered once. */
interface Place {
  path: string[]
  schema: Schema
}

function placesOf(type: TypeSchema): Place[] {
  const found: Place[] = []
  const enter = (schema: Schema, path: string[], within: Schema[]): void => {
    const here = at(schema, type)
    if (within.includes(here) || path.length > 4) return
    found.push({path, schema: here})
    for (const [name, member] of Object.entries(here.properties ?? {}))
      enter(member, [...path, name], [...within, here])
    if (here.items) enter(here.items, [...path, '0'], [...within, here])
  }
  enter(type, [], [])
  return found
}

/** A value at the end of a path, in objects and lists that hold nothing else. */
const wrapped = (path: string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : {[name]: inner}), value)

interface Mutation {
  path: string[]
  value: unknown
  line: string
}

/** What is wrong at one place, with the line that CloudFormation says to it. */
function mutationsAt({path, schema}: Place): Mutation[] {
  const pointer = ['#', ...path].join('/')
  const wrong = (value: unknown, line: string): Mutation => ({path, value, line: `${pointer}: ${line}`})
  const keyword = (name: string): string => `failed validation constraint for keyword [${name}]`
  const types = [schema.type ?? []].flat()
  const {minimum, maximum, minLength = 0, maxLength, maxItems, required = [], enum: values} = schema
  const isText = types[0] === 'string'
  const isObject = types.includes('object')
  return [
    ...(isObject ? required.map((name) => wrong({}, `required key [${name}] not found`)) : []),
    ...(isObject && schema.additionalProperties === false && !schema.patternProperties
      ? [wrong({Frobnicate: 1}, 'extraneous key [Frobnicate] is not permitted')]
      : []),
    ...(types.length === 1 && !isObject
      ? [wrong({a: 1}, `expected type: ${NAMES[types[0]!]}, found: JSONObject`)]
      : []),
    ...(types.length === 1 && isObject && path.length > 0
      ? [wrong('x', 'expected type: JSONObject, found: String')]
      : []),
    ...(values ? [wrong(typeof values[0] === 'number' ? 987_654 : 'Frobnicate', keyword('enum'))] : []),
    // Of a text, as CodeCommit's schema has them, they say nothing (JSON Schema Validation, 6.2).
    ...(minimum === undefined || isText ? [] : [wrong(minimum - 1, keyword('minimum'))]),
    ...(maximum === undefined || isText ? [] : [wrong(String(maximum + 1), keyword('maximum'))]),
    ...(minLength > 0 && isText ? [wrong('', `expected minLength: ${minLength}, actual: 0`)] : []),
    ...(maxLength === undefined || !isText || maxLength > LONGEST
      ? []
      : [wrong('a'.repeat(maxLength + 1), `expected maxLength: ${maxLength}, actual: ${maxLength + 1}`)]),
    ...(maxItems === undefined || maxItems > LONGEST || !types.includes('array')
      ? []
      : [
          wrong(
            Array.from({length: maxItems + 1}, () => 'x'),
            `expected maximum item count: ${maxItems}, found: ${maxItems + 1}`,
          ),
        ]),
    ...(schema.pattern !== undefined && isText && !new RegExp(schema.pattern).test('\u0001')
      ? [wrong('\u0001', keyword('pattern'))]
      : []),
  ]
}

/** A template as a whole has at most 51,200 bytes. */
const LONGEST = 8192

const NAMES: Record<string, string> = {
  string: 'String',
  integer: 'Integer',
  number: 'Number',
  boolean: 'Boolean',
  array: 'JSONArray',
}

describe('schemas of resource types', () => {
  const types = Object.keys({...MADE, ...RECORDED})

  it('aws 17: there is one of every type of the lab', () => {
    expect(types.filter((type) => !schemaOf(type))).deep.equal([])
  })

  const mutations = types.flatMap((type) =>
    placesOf(schemaOf(type)!).flatMap((place) => mutationsAt(place).map((mutation) => ({type, ...mutation}))),
  )

  it('aws 17: everything that a type’s schema does not allow is found', () => {
    expect(mutations.length).above(2500)
    expect(new Set(mutations.map(({type}) => type)), 'each type').to.have.length(types.length - 1)
    for (const {type, path, value, line} of mutations)
      expect(() => checkProperties('R', type, wrapped(path, value) as object), `${type} ${line}`).throw(`\n${line}`)
  })

  it('aws 17: a resource of which its type’s schema does not allow something fails with CloudFormation’s text', async () => {
    const lab = smallLab()
    let number = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...mutations), async ({type, path, value, line}) => {
        const StackName = `s${++number}`
        const Properties = wrapped(path, value)
        const {StackStatus} = await lab.deploy(StackName, {Resources: {R: {Type: type, Properties}}})
        expect(StackStatus, `${type} ${line}`).equal('ROLLBACK_COMPLETE')
        const {StackEvents} = await lab.cfn('DescribeStackEvents', {StackName})
        const failed = StackEvents.find((one: {ResourceStatus: string}) => one.ResourceStatus === 'CREATE_FAILED')
        expect(failed.ResourceStatusReason, type)
          .to.match(/^Properties validation failed for resource R with message:\n#/)
          .and.contain(line)
      }),
      {numRuns: 300},
    )
  })
})
