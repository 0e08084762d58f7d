import assert from 'node:assert/strict'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, it} from 'node:test'
import {Match, Template} from 'aws-cdk-lib/assertions'
import {Stack, type App} from 'aws-cdk-lib'
import {buildApp, newApp} from '../lib/app.js'
import {loadConfig, namesOf} from '../lib/config.js'
import {OWNERSHIP_TAG} from '../lib/synthesizer.js'

// CloudFormation's offline validation is a check of its own: npm run check.
process.env.CDK_VALIDATION = 'false'

describe('the template', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'infra-'))
  const config = loadConfig(() => undefined)
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
        AuthorizationType: 'COGNITO_USER_POOLS',
      })
  })

  it('puts a web ACL before the distribution', () => {
    template(names.edgeStack).hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({WebACLId: Match.anyValue()}),
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
