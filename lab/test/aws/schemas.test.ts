/** The lab's tables of types against CloudFormation's own resource schemas, as CDK ships them. */

import {createRequire} from 'node:module'
import {expect} from 'chai'
import {MADE, providerOf, RECORDED} from '../../src/aws/index.js'

interface Spec {
  properties: Record<string, {causesReplacement?: 'yes' | 'no' | 'maybe'}>
  tagInformation?: {tagPropertyName: string; variant: string}
}

/** It comes with the toolkit, whose dependency it is. */
const fromToolkit = createRequire(createRequire(import.meta.url).resolve('@aws-cdk/toolkit-lib'))
const {loadAwsServiceSpecSync} = fromToolkit('@aws-cdk/aws-service-spec') as {
  loadAwsServiceSpecSync(): {lookup(entity: string, index: string, verb: string, type: string): Spec[]}
}

/** Has no schema: CDK's own. */
const WITHOUT_SCHEMA = new Set(['AWS::CDK::Metadata'])

describe('CloudFormation’s resource schemas', () => {
  const types = {...MADE, ...RECORDED}
  const specs = new Map<string, Spec>()

  before(function () {
    this.timeout(30_000)
    const database = loadAwsServiceSpecSync()
    for (const type of Object.keys(types)) {
      const [spec] = database.lookup('resource', 'cloudFormationType', 'equals', type)
      if (spec) specs.set(type, spec)
    }
  })

  it('know every type of the lab', () => {
    expect(Object.keys(types).filter((type) => !specs.has(type) && !WITHOUT_SCHEMA.has(type))).deep.equal([])
  })

  it('agree on what a new value replaces, always or sometimes', () => {
    for (const [type, {properties}] of specs) {
      const having = (kind: string): string[] =>
        Object.keys(properties).filter((name) => properties[name]!.causesReplacement === kind)
      const {createOnly = [], conditional = {}} = types[type]!
      const ours = createOnly === 'all' ? Object.keys(properties) : createOnly
      expect([...ours].sort(), `${type}: create-only`).deep.equal(having('yes').sort())
      expect(Object.keys(conditional).sort(), `${type}: conditional`).deep.equal(having('maybe').sort())
    }
  })

  it('agree that everything else is changed in place', () => {
    for (const [type, {createOnly, update}] of Object.entries(MADE))
      if (createOnly !== 'all') expect(update, type).a('function')
  })

  it('agree on where tags are kept', () => {
    for (const [type, {tagInformation}] of specs) {
      const shapes: Record<string, string> = {standard: 'list', map: 'map'}
      const expected = tagInformation && {name: tagInformation.tagPropertyName, shape: shapes[tagInformation.variant]}
      expect(providerOf(type)!.tags, type).deep.equal(expected)
    }
  })
})
