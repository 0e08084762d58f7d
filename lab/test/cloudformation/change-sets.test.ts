/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'
import {smallLab, type SmallLab} from './small-lab.js'
import {thing, things} from './things.js'

const BEFORE = {
  Parameters: {
    Size: {Type: 'String', Default: '1'},
    Secret: {Type: 'String', Default: 'hush-hush', NoEcho: true},
  },
  Resources: {
    A: thing({Size: {Ref: 'Size'}, Deep: {Keys: ['x', 'y'], Same: 1}}, {Metadata: {path: 'a'}}),
    Named: thing({Name: {'Fn::Sub': '${A}-${A.Arn}'}, Password: {Ref: 'Secret'}}),
    Reader: thing({Of: {'Fn::GetAtt': ['A', 'Arn']}, Name: {Ref: 'A'}}),
    Cut: thing({Part: {'Fn::Select': [1, {'Fn::Split': ['-', {Ref: 'A'}]}]}}),
    Gone: thing({Size: 1}, {DeletionPolicy: 'Retain'}),
  },
}

interface Change {
  Action: string
  Replacement?: string
  PolicyAction?: string
  Scope?: string[]
  Details?: {Target: Record<string, string>; Evaluation: string; ChangeSource: string; CausingEntity?: string}[]
  BeforeContext?: string
  AfterContext?: string
}

describe('change sets', () => {
  let small: SmallLab

  beforeEach(async () => {
    small = smallLab({extra: {'Test::Thing': {...things().provider, conditional: {Kind: () => false}}}})
    await small.deploy('app', BEFORE)
  })

  /** The changes by logical id. */
  async function changes(resources: object, more: object = {}, describe: object = {}): Promise<Record<string, Change>> {
    const template = {...BEFORE, Resources: {...BEFORE.Resources, ...resources}}
    const input = {StackName: 'app', ChangeSetName: 'set', TemplateBody: JSON.stringify(template)}
    await small.cfn('CreateChangeSet', {...input, ...more})
    const {Changes} = await small.cfn('DescribeChangeSet', {
      StackName: 'app',
      ChangeSetName: 'set',
      IncludePropertyValues: true,
      ...describe,
    })
    return Object.fromEntries(
      Changes.map((one: {ResourceChange: Change & {LogicalResourceId: string}}) => [
        one.ResourceChange.LogicalResourceId,
        one.ResourceChange,
      ]),
    )
  }

  it('name the innermost values that change, and what they were', async () => {
    const {A} = await changes({
      A: thing({Size: {Ref: 'Size'}, Deep: {Keys: ['x', 'z'], Same: 1, New: true}}, {Metadata: {path: 'a'}}),
    })
    expect(A).include({Action: 'Modify', Replacement: 'False'})
    expect(A!.PolicyAction).equal(undefined)
    const never = {Attribute: 'Properties', Name: 'Deep', RequiresRecreation: 'Never'}
    const direct = {Evaluation: 'Static', ChangeSource: 'DirectModification'}
    expect(A!.Details).deep.equal([
      {
        Target: {
          ...never,
          Path: '/Properties/Deep/Keys/1',
          BeforeValue: 'y',
          AfterValue: 'z',
          AttributeChangeType: 'Modify',
        },
        ...direct,
      },
      {
        Target: {
          ...never,
          Path: '/Properties/Deep/New',
          BeforeValue: undefined,
          AfterValue: 'true',
          AttributeChangeType: 'Add',
        },
        ...direct,
      },
    ])
    expect(JSON.parse(A!.BeforeContext!).Properties.Deep).deep.equal({Keys: ['x', 'y'], Same: 1})
    expect(JSON.parse(A!.AfterContext!).Properties.Deep).deep.equal({Keys: ['x', 'z'], Same: 1, New: true})
  })

  it('keep values to themselves where nobody asks for them', async () => {
    const {A} = await changes(
      {A: thing({Size: {Ref: 'Size'}, Deep: {Keys: ['x', 'z'], Same: 2}}, {Metadata: {path: 'a'}})},
      {},
      {IncludePropertyValues: false},
    )
    expect(A).not.any.keys('BeforeContext', 'AfterContext')
    expect(A!.Details).deep.equal([
      {
        Target: {Attribute: 'Properties', Name: 'Deep', RequiresRecreation: 'Never'},
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      },
    ])
  })

  it('name the parameter, the resource or the attribute that a change comes from', async () => {
    const {A, Reader} = await changes({}, {Parameters: [{ParameterKey: 'Size', ParameterValue: '2'}]})
    expect(A!.Details).deep.equal([
      {
        Target: {
          Attribute: 'Properties',
          Name: 'Size',
          RequiresRecreation: 'Never',
          Path: '/Properties/Size',
          BeforeValue: '1',
          AfterValue: '2',
          AttributeChangeType: 'Modify',
        },
        Evaluation: 'Static',
        ChangeSource: 'ParameterReference',
        CausingEntity: 'Size',
      },
    ])
    expect(Reader!.Details!.map(({Target, ...rest}) => [Target.Name, rest])).deep.equal([
      ['Of', {Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'A.Arn'}],
    ])
  })

  it('do not claim to know what hangs on a new resource', async () => {
    const {A, Reader, Cut} = await changes({
      A: thing({Name: 'new', Size: {Ref: 'Size'}, Deep: BEFORE.Resources.A.Properties}, {Metadata: {path: 'a'}}),
    })
    expect(A).include({Replacement: 'True', PolicyAction: 'ReplaceAndDelete'})
    expect(Reader).include({Replacement: 'Conditional'})
    expect(Reader!.PolicyAction).equal(undefined)
    expect(JSON.parse(Reader!.AfterContext!).Properties).deep.equal({
      Of: '{{changeSet:KNOWN_AFTER_APPLY}}',
      Name: '{{changeSet:KNOWN_AFTER_APPLY}}',
    })
    expect(JSON.parse(Cut!.AfterContext!).Properties.Part).equal('{{changeSet:KNOWN_AFTER_APPLY}}')
  })

  it('call a property conditional that replaces in some cases only', async () => {
    const {Gone} = await changes({Gone: thing({Size: 1, Kind: 'other'}, {DeletionPolicy: 'Retain'})})
    expect(Gone).include({Replacement: 'Conditional'})
    expect(Gone!.Details![0]!.Target).include({RequiresRecreation: 'Conditionally'})
  })

  it('tell what becomes of what goes', async () => {
    const {Gone} = await changes({Gone: undefined})
    expect(Gone).include({Action: 'Remove', PolicyAction: 'Retain'})
    expect(JSON.parse(Gone!.BeforeContext!).Properties).deep.equal({Size: 1})
  })

  it('report metadata and policies without calling them a change of anything else', async () => {
    const {A, ...others} = await changes({
      A: thing(BEFORE.Resources.A.Properties, {Metadata: {path: 'b'}, DeletionPolicy: 'Retain'}),
    })
    expect(A).include({Action: 'Modify', Replacement: 'False'})
    expect(A!.Scope).deep.equal(['Metadata', 'DeletionPolicy'])
    expect(others).deep.equal({})
  })

  it('never show a secret parameter', async () => {
    const all = await changes({}, {Parameters: [{ParameterKey: 'Secret', ParameterValue: 'mum-is-the-word'}]})
    expect(Object.keys(all)).include('Named')
    expect(JSON.stringify(all))
      .include('****')
      .not.match(/hush-hush|mum-is-the-word/)
  })
})
