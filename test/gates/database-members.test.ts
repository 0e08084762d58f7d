import {expect} from 'chai'
import fc from 'fast-check'
import {checkDatabaseMembers, holdsMembers} from '../../src/gates/database-members.js'
import type {ChangeDetail, ResourceChange, StackChange, Template} from '../../src/model/stack.js'

const CLUSTER = 'AWS::RDS::DBCluster'
const GLOBAL = 'AWS::RDS::GlobalCluster'
const INSTANCE = 'AWS::RDS::DBInstance'

const home = (): Template & {Resources: Record<string, {Type: string; Properties: Record<string, unknown>}>} => ({
  Resources: {
    Key: {Type: 'AWS::KMS::Key', Properties: {Description: 'data at rest'}},
    Cluster: {Type: CLUSTER, Properties: {EngineVersion: '3.10.1', KmsKeyId: {'Fn::GetAtt': ['Key', 'Arn']}}},
    Writer: {Type: INSTANCE, Properties: {DBClusterIdentifier: {Ref: 'Cluster'}}},
    Global: {Type: GLOBAL, Properties: {SourceDBClusterIdentifier: {'Fn::GetAtt': ['Cluster', 'DBClusterArn']}}},
    Reports: {Type: CLUSTER, Properties: {EngineVersion: '3.10.1'}},
  },
})

const away = (): Template => ({
  Resources: {
    Cluster: {Type: CLUSTER, Properties: {EngineVersion: '3.10.1', GlobalClusterIdentifier: 'demo'}},
    Writer: {Type: INSTANCE, Properties: {DBClusterIdentifier: {Ref: 'Cluster'}}},
    Reader: {Type: INSTANCE, Properties: {DBClusterIdentifier: {Ref: 'Cluster'}}},
  },
})

const detail = (property: string, more: Partial<ChangeDetail> = {}): ChangeDetail => ({
  property,
  recreation: 'Never',
  certain: true,
  ...more,
})

const modify = (template: Template, logicalId: string, more: Partial<ResourceChange> = {}): ResourceChange => ({
  action: 'Modify',
  logicalId,
  type: template.Resources![logicalId]!.Type,
  replacement: 'False',
  details: [],
  ...more,
})

const change = (deployed: Template, changes: ResourceChange[], wanted: Template = deployed): StackChange => ({
  stack: 'Demo-data',
  region: 'us-east-1',
  deployed,
  wanted,
  changes,
})

const check = (...changes: StackChange[]) => checkDatabaseMembers(changes, {app: 'Demo', waivers: []})
const reasons = (...changes: StackChange[]): string[] => check(...changes).refusals.map(({reason}) => reason)

describe('the gate of database members', () => {
  it('refuses an upgrade, and names resource, property and both versions', () => {
    const wanted = home()
    wanted.Resources.Cluster!.Properties.EngineVersion = '3.11.0'
    const [refusal, ...others] = check(
      change(home(), [modify(home(), 'Cluster', {details: [detail('EngineVersion')]})], wanted),
    ).refusals
    expect(others).to.deep.equal([])
    expect(refusal!.reason)
      .to.contain('Demo-data (us-east-1): Cluster (AWS::RDS::DBCluster): EngineVersion from "3.10.1" to "3.11.0"')
      .and.to.contain('upgraded')
    expect(refusal!.hint).to.contain('--allow-database-change --confirm Demo')
    expect(refusal!.waiver).to.equal('allow-database-change')
  })

  it('aws 1: names the upgrade, or the version that runs, where that is known, and no consent lifts it', () => {
    const LINE = '8.0.mysql_aurora.3'
    const judged = (live: string, to: string) => {
      const [before, wanted] = [home(), home()]
      before.Resources.Cluster!.Properties.EngineVersion = `${LINE}.10.4`
      wanted.Resources.Cluster!.Properties.EngineVersion = to
      return checkDatabaseMembers([change(before, [modify(before, 'Cluster')], wanted)], {
        app: 'Demo',
        waivers: [{name: 'allow-database-change', reason: 'test'}],
        liveVersion: ({region, stack, logicalId}) =>
          region === 'us-east-1' && stack === 'Demo-data' && logicalId === 'Cluster' ? live : undefined,
      })
    }

    const [upgrade, ...more] = judged(`${LINE}.10.4`, `${LINE}.10.5`).refusals
    expect(more).to.deep.equal([])
    expect(upgrade!.hint).to.match(/^todo-dr upgrade --to 8\.0\.mysql_aurora\.3\.10\.5 /)
    expect(upgrade).not.to.have.property('waiver')
    const [downgrade] = judged(`${LINE}.10.5`, `${LINE}.10.3`).refusals
    expect(downgrade!.reason).to.contain('RDS has no way back')
    expect(downgrade!.hint).to.equal(`set the engine version of the template to "${LINE}.10.5"`)
    // After the upgrade, when the template has followed.
    expect(judged(`${LINE}.10.5`, `${LINE}.10.5`)).to.deep.equal({refusals: [], waived: []})
  })

  it('sees an upgrade by the templates, where the change set names no property', () => {
    const wanted = home()
    wanted.Resources.Cluster!.Properties.EngineVersion = '3.11.0'
    expect(reasons(change(home(), [modify(home(), 'Cluster')], wanted))).to.have.length(1)
  })

  it('refuses a replacement of a cluster and of the global database, certain or possible', () => {
    const storage = detail('StorageEncrypted', {recreation: 'Always'})
    const [certain] = reasons(change(home(), [modify(home(), 'Cluster', {replacement: 'True', details: [storage]})]))
    expect(certain).to.contain('StorageEncrypted: it would be replaced')
    const maybe = detail('MasterUsername', {recreation: 'Conditionally'})
    const [possible] = reasons(
      change(home(), [modify(home(), 'Cluster', {replacement: 'Conditional', details: [maybe]})]),
    )
    expect(possible).to.contain('MasterUsername: it might be replaced')
    expect(reasons(change(home(), [modify(home(), 'Global', {replacement: 'True'})]))).to.have.length(1)
  })

  it('refuses what detaches a member: its identifier gone, the member gone, the global database gone', () => {
    const wanted = away()
    delete wanted.Resources!.Cluster!.Properties!.GlobalClusterIdentifier
    const detached = modify(away(), 'Cluster', {
      replacement: 'Conditional',
      details: [detail('GlobalClusterIdentifier', {recreation: 'Conditionally'})],
    })
    const [reason, ...others] = reasons(change(away(), [detached], wanted))
    expect(reason).to.contain('GlobalClusterIdentifier from "demo" to nothing').and.to.contain('detached')
    expect(others).to.deep.equal([])
    for (const id of ['Cluster', 'Global'])
      expect(reasons(change(home(), [modify(home(), id, {action: 'Remove'})]))[0]).to.contain('removed')
  })

  it('refuses to take the last instance, and lets one of two go', () => {
    const remove = (id: string) => modify(away(), id, {action: 'Remove'})
    expect(reasons(change(away(), [remove('Reader')]))).to.deep.equal([])
    expect(reasons(change(away(), [remove('Reader'), remove('Writer')]))).to.have.length(2)
  })

  it('leaves a cluster alone that is no member', () => {
    expect(reasons(change(home(), [modify(home(), 'Reports', {action: 'Remove'})]))).to.deep.equal([])
  })

  it('does not trip over an identity that only might change with what stays: the source of the global database, a key', () => {
    const source = detail('SourceDBClusterIdentifier', {
      recreation: 'Always',
      certain: false,
      cause: 'Cluster.DBClusterArn',
    })
    const key = detail('KmsKeyId', {recreation: 'Always', certain: false, cause: 'Key.Arn'})
    const changes = [
      modify(home(), 'Key', {details: [detail('Description')]}),
      modify(home(), 'Cluster', {replacement: 'Conditional', details: [key, detail('BackupRetentionPeriod')]}),
      modify(home(), 'Global', {replacement: 'Conditional', details: [source]}),
    ]
    expect(reasons(change(home(), changes))).to.deep.equal([])
    changes[0]!.replacement = 'True'
    expect(reasons(change(home(), changes)).join('\n')).to.contain('KmsKeyId')
  })

  it('is lifted by its own waiver alone', () => {
    const changes = [change(home(), [modify(home(), 'Cluster', {action: 'Remove'})])]
    const given = (name: 'allow-database-change' | 'allow-data-loss') =>
      checkDatabaseMembers(changes, {app: 'Demo', waivers: [{name, reason: 'test'}]})
    expect(given('allow-data-loss').refusals).to.have.length(1)
    expect(given('allow-database-change')).to.deep.include({refusals: []})
    expect(given('allow-database-change').waived).to.have.length(1)
  })

  it('refuses whatever replaces or removes a member, in whatever company', () => {
    const anyChange = (template: Template): fc.Arbitrary<ResourceChange> =>
      fc
        .record({
          action: fc.constantFrom('Add', 'Modify', 'Remove', 'Import', 'Dynamic'),
          logicalId: fc.constantFrom(...Object.keys(template.Resources!)),
          replacement: fc.constantFrom('True', 'False', 'Conditional'),
          details: fc.array(
            fc.record({
              property: fc.constantFrom('EngineVersion', 'KmsKeyId', 'Tags', 'GlobalClusterIdentifier'),
              recreation: fc.constantFrom('Never', 'Conditionally', 'Always'),
              certain: fc.boolean(),
            }),
          ),
        })
        .map((one) => ({...one, type: template.Resources![one.logicalId]!.Type}) as ResourceChange)
    fc.assert(
      fc.property(fc.array(anyChange(home())), (changes) => {
        const harmful = changes.some(
          ({logicalId, action, replacement}) =>
            ['Cluster', 'Global'].includes(logicalId) &&
            (action === 'Remove' || (action === 'Modify' && replacement === 'True')),
        )
        const innocent = changes.every(({type}) => type === 'AWS::KMS::Key')
        const {refusals} = check(change(home(), changes))
        if (harmful) expect(refusals).not.to.deep.equal([])
        if (innocent) expect(refusals).to.deep.equal([])
      }),
    )
  })

  it('asks only of stacks that hold a cluster', () => {
    expect(holdsMembers(home())).to.equal(true)
    expect(holdsMembers({Resources: {Writer: {Type: INSTANCE}}})).to.equal(false)
    expect(holdsMembers({})).to.equal(false)
  })
})
