import {expect} from 'chai'
import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {AUTHORIZER, FUNCTION_PARTS, namesOf} from '../../infra-template/lib/config.js'
import {ROUTE_KINDS, grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {actionOf} from '../../src/adapters/aws/services.js'
import type {Service} from '../../src/adapters/aws/services.js'
import type {Grant, Place} from '../../src/model/permission.js'
import {MANAGED_CHARACTERS, sizeOf} from '../../src/permissions/parts.js'
import {ARN, FUNCTIONS} from '../../src/permissions/place.js'
import {commandsOf, policyOf} from '../../src/permissions/policy.js'
import {CALLS} from '../../src/permissions/table.js'
import {CALLS_OF_COMMANDS, callsOf} from '../support/calls.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PLACE = {account: '123456789012', app: 'Demo', order: ['eu-west-1', 'eu-central-1'], route: grantsOfKind()}
/** Given to everybody by AWS. */
const FREE = new Set(['sts:GetCallerIdentity'])

describe('the table of permissions', () => {
  it('names the actions that the adapters name, and no others', () => {
    const folder = `${root}src/adapters/aws/sdk/`
    const named = readdirSync(folder).flatMap((file) =>
      [...readFileSync(folder + file, 'utf8').matchAll(/\b(\w+)Command\b/g)].map(([, operation]) =>
        actionOf(file.replace(/\.ts$/, '') as Service, operation!),
      ),
    )
    expect(named).to.include('rds:FailoverGlobalCluster')
    const routes = ROUTE_KINDS.map((kind) => grantsOfKind(kind))
    const all: (readonly Grant[])[] = [...Object.values(CALLS), ...routes.flatMap((grants) => Object.values(grants))]
    const granted = all.flatMap((grants) => grants.flatMap(({actions}) => actions))
    const missing = [...new Set(named)].filter((action) => !granted.includes(action) && !FREE.has(action))
    expect(missing, 'adapters call what no grant of the table allows').to.deep.equal([])
    // S3 asks for it beside GetObject, and RDS for a copy of an encrypted snapshot; the toolkit assumes the roles of its bootstrap by itself,
    // CodeCommit asks for it where git pushes, and CodeConnections by its older name too.
    const implied = new Set([
      'codecommit:GitPush',
      'codestar-connections:GetConnection',
      'kms:CreateGrant',
      's3:ListBucket',
      'sts:AssumeRole',
    ])
    const unknown = [...new Set(granted)].filter((action) => !named.includes(action) && !implied.has(action))
    expect(unknown, 'the table grants what no adapter calls').to.deep.equal([])
  })

  it('is made use of by every command that acts on a deployment', () => {
    const {commands} = JSON.parse(readFileSync(`${root}oclif.manifest.json`, 'utf8')) as {
      commands: Record<string, {pluginName: string; flags: Record<string, unknown>}>
    }
    const own = Object.entries(commands).filter(([, {pluginName}]) => pluginName === 'todo-dr')
    const acting = own
      .map(([id]) => id.replaceAll(':', ' '))
      .filter((id) => !/^(lab |drill$|iam-policy$|init$)/.test(id))
    expect(Object.keys(CALLS_OF_COMMANDS).sort()).to.deep.equal(acting.sort())
  })

  it('uses every call in some command', () => {
    const used = new Set(Object.values(CALLS_OF_COMMANDS).flat())
    expect(
      Object.keys({...CALLS, ...grantsOfKind()}).filter((call) => !used.has(call as keyof typeof CALLS)),
    ).to.deep.equal([])
  })

  it('names things as the template does', () => {
    const {account, app} = PLACE
    const config = {account, app, home: 'eu-west-1', away: 'eu-central-1', protect: false}
    const names = namesOf(config as Parameters<typeof namesOf>[0])
    expect(Object.values(FUNCTIONS).sort()).to.deep.equal([...FUNCTION_PARTS, AUTHORIZER].sort())
    const [first] = ARN.functions('upsert')(PLACE)
    expect(first).to.equal(`arn:aws:lambda:eu-west-1:123456789012:function:${names.fn('eu-west-1', 'UpsertToDos')}`)
    expect(ARN.globalCluster(PLACE)[0]).to.match(new RegExp(`:global-cluster:${names.globalCluster}$`))
    expect(ARN.cluster(PLACE)[1]).to.match(new RegExp(`:cluster:${names.cluster('eu-central-1')}$`))
    expect(ARN.leaseBucket(PLACE)[0]).to.equal(`arn:aws:s3:::${names.leaseBucket('eu-west-1')}`)
    expect(ARN.edgeSecret(PLACE)[0]).to.match(new RegExp(`:secret:${names.edgeSecret}-`))
    expect(ARN.map(PLACE)[0]).to.match(new RegExp(`:parameter${names.mapParameter}$`))
  })
})

describe('a policy', () => {
  it('holds each resource once under each condition, one statement for the same actions, in a stable order', () => {
    const all = Object.values(CALLS_OF_COMMANDS).flat()
    const {Statement} = policyOf(all, PLACE)
    expect(Statement).to.deep.equal(policyOf(all.toReversed(), PLACE).Statement)
    const resources = Statement.flatMap(({Resource, Condition}) =>
      Resource.map((one) => JSON.stringify([one, Condition])),
    )
    expect(new Set(resources).size).to.equal(resources.length)
    const lists = Statement.map(({Action, Condition}) => JSON.stringify([Action, Condition]))
    expect(new Set(lists).size).to.equal(lists.length)
  })

  it('is short enough for a managed policy, for each command alone', () => {
    for (const command of Object.keys(CALLS_OF_COMMANDS))
      expect(sizeOf(policyOf(callsOf(command), PLACE)), command).to.be.at.most(MANAGED_CHARACTERS)
  })

  it('binds to the regions what cannot be bound to a resource, and to that of CloudFront what looks there too', () => {
    const regionsOf = (command: string): unknown[] =>
      policyOf(callsOf(command), PLACE)
        .Statement.filter(({Resource}) => Resource.includes('*'))
        .map(({Condition}) => Condition?.StringEquals['aws:RequestedRegion'])
    expect(regionsOf('failover')).to.deep.equal([['eu-west-1', 'eu-central-1']])
    expect(regionsOf('teardown')).to.deep.equal([['eu-west-1', 'eu-central-1', 'us-east-1']])
  })

  it('reads the secret of the edge only where the APIs are locked to it', () => {
    const actions = (place: Place): string[] =>
      policyOf(callsOf('status'), place).Statement.flatMap(({Action}) => Action)
    expect(actions(PLACE)).not.to.include('secretsmanager:GetSecretValue')
    expect(actions({...PLACE, lockedToEdge: true})).to.include('secretsmanager:GetSecretValue')
    expect(policyOf(callsOf('token'), {...PLACE, lockedToEdge: true})).to.deep.equal(policyOf(callsOf('token'), PLACE))
  })

  it('deletes by the ownership tag alone what has no name of the template’s', () => {
    for (const {Action, Resource, Condition} of policyOf(callsOf('teardown'), PLACE).Statement) {
      const changing = Action.filter((action) => /:(?:Delete|Modify|Remove|Schedule|Stop|Update)/.test(action))
      // What the deletion of a cluster asks for beside the cluster, which bears the tag.
      const isLastSnapshot =
        changing.join(',') === 'rds:DeleteDBCluster' && Resource.every((arn) => /:cluster-snapshot:\*$/.test(arn))
      if (changing.length === 0 || isLastSnapshot) continue
      const named = Resource.every((arn) => /:stack\/Demo-|:::demo-/.test(arn))
      expect(
        named || Condition?.StringEquals['aws:ResourceTag/todo-dr:app']?.join(',') === 'Demo',
        Action.join(','),
      ).to.equal(true)
    }
  })

  it('aws 13: lets a failback copy a snapshot under our own key, by a grant that a service makes and nobody else', () => {
    const {Statement} = policyOf(callsOf('failback'), PLACE)
    const ofKeys = Statement.filter(({Action}) => Action.some((action) => action.startsWith('kms:')))
    const Resource = ['eu-central-1', 'eu-west-1'].map((region) => `arn:aws:kms:${region}:123456789012:key/*`)
    const StringEquals = {'aws:ResourceTag/todo-dr:app': ['Demo']}
    const Condition = {StringEquals, BoolIfExists: {'kms:GrantIsForAWSResource': 'true'}}
    const Action = ['kms:CreateGrant', 'kms:DescribeKey']
    expect(ofKeys).to.deep.equal([{Effect: 'Allow', Action, Resource, Condition}])
  })

  it('is that of a topic, or of all commands', () => {
    expect(commandsOf('outage', CALLS_OF_COMMANDS)).to.deep.equal(['outage start', 'outage status', 'outage stop'])
    expect(commandsOf('failover', CALLS_OF_COMMANDS)).to.deep.equal(['failover'])
    expect(commandsOf('fail', CALLS_OF_COMMANDS)).to.deep.equal([])
    expect(commandsOf(undefined, CALLS_OF_COMMANDS)).to.deep.equal(Object.keys(CALLS_OF_COMMANDS))
  })
})
