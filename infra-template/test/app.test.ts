/** What must stay true of the stacks, whatever you make of them. `npm test` runs it; no account is asked. */

import assert from 'node:assert/strict'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, describe, it} from 'node:test'
import {Template} from 'aws-cdk-lib/assertions'
import {STAND_INS} from '../check/stand-ins.js'
import {buildApp, newApp} from '../lib/app.js'
import {EDGE_REGION, loadConfig, type Config} from '../lib/config.js'

process.env.CDK_VALIDATION = 'false'
const folders: string[] = []

/** Synthesizes config.json, with some of it replaced. */
function synthesize(overrides: Partial<Config> = {}) {
  const config = loadConfig((key) => overrides[key] ?? STAND_INS[key])
  const folder = mkdtempSync(join(tmpdir(), 'infra-test-'))
  folders.push(folder)
  const app = newApp(folder)
  buildApp(app, config)
  const stacks = app.synth().stacks.map(({stackName, environment, template}) => ({
    name: stackName,
    region: environment.region,
    template: Template.fromJSON(template as object),
  }))
  const all = (type: string) =>
    stacks.flatMap(({region, template}) =>
      Object.values(template.findResources(type)).map((resource) => ({region, resource})),
    )
  return {config, stacks, all}
}

describe('the stacks', () => {
  after(() => {
    for (const folder of folders) rmSync(folder, {recursive: true, force: true})
  })

  const {config, stacks, all} = synthesize()

  it('stand in the two regions, and the edge where CloudFront is made', () => {
    const regions = new Set(stacks.map(({region}) => region))
    assert.deepEqual([...regions].sort(), [...new Set([config.home, config.away, EDGE_REGION])].sort())
    for (const {name, region} of stacks) if (!name.endsWith('-edge')) assert.ok(name.endsWith(region), name)
  })

  it('have one global database, with a member in each region', () => {
    assert.equal(all('AWS::RDS::GlobalCluster').length, 1)
    const members = all('AWS::RDS::DBCluster').map(({region}) => region)
    assert.deepEqual(members.sort(), [config.home, config.away].sort())
  })

  it('encrypt what is at rest, and take no connection without TLS', () => {
    for (const {resource} of all('AWS::RDS::DBCluster')) assert.equal(resource.Properties.StorageEncrypted, true)
    const proxies = all('AWS::RDS::DBProxy')
    assert.equal(proxies.length, 2)
    for (const {resource} of proxies) assert.equal(resource.Properties.RequireTLS, true)
  })

  it('keep the data where config.json says so', () => {
    for (const protect of [true, false]) {
      for (const {resource} of synthesize({protect}).all('AWS::RDS::DBCluster')) {
        assert.equal(resource.Properties.DeletionProtection, protect)
        assert.equal(resource.DeletionPolicy, protect ? 'Retain' : 'Delete')
      }
    }
  })

  it('carry the tag by which teardown knows its own', () => {
    const clusters = all('AWS::RDS::DBCluster')
    for (const {resource} of clusters)
      assert.ok(
        (resource.Properties.Tags as {Key: string; Value: string}[]).some(
          ({Key, Value}) => Key === 'todo-dr:app' && Value === config.app,
        ),
      )
  })
})
