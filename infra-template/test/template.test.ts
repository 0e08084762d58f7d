import assert from 'node:assert/strict'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, it} from 'node:test'
import {Match, Template} from 'aws-cdk-lib/assertions'
import {Stack, type App} from 'aws-cdk-lib'
import {STAND_INS} from '../check/stand-ins.js'
import {buildApp, newApp} from '../lib/app.js'
import {loadConfig, namesOf} from '../lib/config.js'
import {OWNERSHIP_TAG} from '../lib/synthesizer.js'

// CloudFormation's offline validation is a check of its own: npm run check.
process.env.CDK_VALIDATION = 'false'

describe('the template', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'infra-'))
  const config = loadConfig((key) => STAND_INS[key])
  const names = namesOf(config)
  let app: App

  before(() => {
    app = newApp(outdir)
    buildApp(app, config)
  })

  after(() => rmSync(outdir, {recursive: true, force: true}))

  const template = (name: string): Template => {
    const stack = app.node.findChild(name)
    assert.ok(stack instanceof Stack)
    return Template.fromStack(stack)
  }

  it('founds the global database at home, and joins it away', () => {
    const home = template(names.stack('data', config.home))
    const away = template(names.stack('data', config.away))
    home.resourceCountIs('AWS::RDS::GlobalCluster', 1)
    home.hasResourceProperties('AWS::RDS::DBCluster', {GlobalClusterIdentifier: Match.absent(), StorageEncrypted: true})
    away.hasResourceProperties('AWS::RDS::DBCluster', {
      GlobalClusterIdentifier: names.globalCluster,
      MasterUsername: Match.absent(),
      StorageEncrypted: true,
    })
    for (const each of [home, away]) each.resourceCountIs('AWS::RDS::DBInstance', config.instances)
  })

  it('protects what "protect" says', () => {
    const expected = {DeletionProtection: config.protect}
    template(names.stack('data', config.home)).hasResourceProperties('AWS::RDS::DBCluster', expected)
  })

  it('answers no request without a token', () => {
    for (const region of [config.home, config.away])
      template(names.stack('api', region)).allResourcesProperties('AWS::ApiGateway::Method', {
        AuthorizationType: 'CUSTOM',
      })
  })

  it('puts a web ACL before the distribution', () => {
    template(names.edgeStack).hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({WebACLId: Match.anyValue()}),
    })
  })

  it('aws 07: takes no log role of API Gateway away from others, and leaves its own behind', () => {
    const kept = {DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain'}
    for (const region of [config.home, config.away]) {
      const api = template(names.stack('api', region))
      // It would set our role whatever was set before.
      api.resourceCountIs('AWS::ApiGateway::Account', 0)
      const [setting] = Object.keys(api.findResources('Custom::ApiLogRole'))
      const fn = Object.values(api.findResources('AWS::Lambda::Function')).find(
        ({Properties}) => Properties.FunctionName === names.fn(region, 'LogRoleKeeper'),
      )
      const role = fn!.Properties.Environment.Variables.LOG_ROLE_ARN['Fn::GetAtt'][0] as string
      assert.ok(role in api.findResources('AWS::IAM::Role', kept), role)
      const [stage] = Object.values(api.findResources('AWS::ApiGateway::Stage'))
      assert.ok(stage!.DependsOn.includes(setting), 'a stage waits for the setting')
    }
  })

  it('aws 12: makes the global database beside all instances of home but the first', () => {
    const {Resources} = template(names.stack('data', config.home)).toJSON() as {
      Resources: Record<string, {Type: string; DependsOn?: string[]}>
    }
    const of = (type: string): string[] => Object.keys(Resources).filter((id) => Resources[id]!.Type === type)
    const [global] = of('AWS::RDS::GlobalCluster') as [string]
    const instances = of('AWS::RDS::DBInstance')
    const needed = new Set<string>()
    const follow = (id: string): void => {
      for (const on of Resources[id]!.DependsOn ?? []) {
        if (needed.has(on)) continue
        needed.add(on)
        follow(on)
      }
    }

    follow(global)
    assert.equal(instances.length, config.instances)
    assert.deepEqual(instances.filter((id) => needed.has(id)).length, 1)
  })

  it('aws 12: makes the instances away side by side, none of which writes', () => {
    const instances = Object.values(template(names.stack('data', config.away)).findResources('AWS::RDS::DBInstance'))
    assert.equal(instances.length, config.instances)
    for (const {DependsOn} of instances) assert.equal(DependsOn, undefined)
  })

  it('aws 15: has a dashboard in each region, of its own metrics and of every alarm there', () => {
    const bodies = [config.home, config.away].map((region) => {
      const [dashboard] = Object.values(
        template(names.stack('api', region)).findResources('AWS::CloudWatch::Dashboard'),
      )
      assert.equal(dashboard!.Properties.DashboardName, `${names.lower}-${region}`)
      const body = JSON.stringify(dashboard!.Properties.DashboardBody)
      for (const stack of ['data', 'api'])
        for (const {Properties} of Object.values(
          template(names.stack(stack, region)).findResources('AWS::CloudWatch::Alarm'),
        ))
          assert.ok(body.includes(`:alarm:${Properties.AlarmName}`), Properties.AlarmName)
      for (const metric of ['5XXError', 'Throttles', 'DatabaseConnections', 'AuroraGlobalDBRPOLag'])
        assert.ok(body.includes(metric), metric)
      return body
    })
    const [home, away] = [config.home, config.away]
    assert.ok(!bodies[0]!.includes(away) && !bodies[1]!.includes(home), 'nothing of the other region')
  })

  it('aws 10: has the edge keep no error', () => {
    const CustomErrorResponses = [404, 405, 414, 500, 501, 502, 503, 504].map((ErrorCode) =>
      Match.objectLike({ErrorCode, ErrorCachingMinTTL: 0}),
    )
    template(names.edgeStack).hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({CustomErrorResponses: Match.arrayWith(CustomErrorResponses)}),
    })
  })

  it('limits the requests of one address, and those of todo-dr apart and higher', () => {
    const header = {SingleHeader: {Name: 'x-todo-dr-probe'}}
    const isProbe = {
      SizeConstraintStatement: Match.objectLike({FieldToMatch: header, ComparisonOperator: 'GT', Size: 0}),
    }
    const rule = (Limit: number, ScopeDownStatement: object): unknown =>
      Match.objectLike({Statement: {RateBasedStatement: {AggregateKeyType: 'IP', Limit, ScopeDownStatement}}})
    template(names.edgeStack).hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: Match.arrayWith([rule(30_000, {NotStatement: {Statement: isProbe}}), rule(300_000, isProbe)]),
    })
  })

  it('keeps the map of the deployment in both regions, with the ownership tag', () => {
    for (const region of [config.home, config.away])
      template(names.stack('directory', region)).hasResourceProperties('AWS::SSM::Parameter', {
        Name: names.mapParameter,
        Tags: {[OWNERSHIP_TAG]: config.app},
      })
  })
})
