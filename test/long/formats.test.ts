/** What `health` prints for other programs, read by those programs. Wants Debian's `prometheus` and `libxml2-utils`. */

import {LambdaClient, PutFunctionConcurrencyCommand} from '@aws-sdk/client-lambda'
import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {skip} from '../support/skip.js'

const AWAY = 'us-east-2'
const PROMTOOL = '/usr/bin/promtool'
const XMLLINT = '/usr/bin/xmllint'
const SCHEMA = join(ROOT, 'test', 'support', 'junit.xsd')

/** Status, and what it says of `text`. */
function reads(program: string, args: string[], text: string): {status: number | null; said: string} {
  const {status, stdout, stderr} = spawnSync(program, args, {input: text, encoding: 'utf8'})
  return {status, said: stdout + stderr}
}

const promtool = (text: string): ReturnType<typeof reads> => reads(PROMTOOL, ['check', 'metrics'], text)
const xmllint = (text: string): ReturnType<typeof reads> => reads(XMLLINT, ['--noout', '--schema', SCHEMA, '-'], text)

const READERS = [
  {format: 'prometheus', program: PROMTOOL, package: 'prometheus', read: promtool, golden: 'report.prom'},
  {format: 'junit', program: XMLLINT, package: 'libxml2-utils', read: xmllint, golden: 'report.xml'},
]

describe('the formats of health', function () {
  this.timeout(360_000)
  const sandbox = new Sandbox()

  before(async function () {
    const missing = READERS.find(({program}) => !existsSync(program))
    if (missing) skip(this, `Debian's ${missing.package} is not installed: there is no ${missing.program}`)
    const status = await sandbox.seededLab()
    // Findings of every level: a problem, what cannot be found out, and the warning that nobody has rehearsed.
    await new LambdaClient({region: 'us-east-1', endpoint: status.endpoint, credentials: labKeys(status)}).send(
      new PutFunctionConcurrencyCommand({
        FunctionName: 'ToDoMgmt-app-us-east-1-UpsertToDos',
        ReservedConcurrentExecutions: 0,
      }),
    )
    await callLab(status, 'POST', 'faults', {kind: 'region-loss', region: AWAY})
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  for (const {format, read, golden} of READERS) {
    it(`health: ${format} is as its readers want it, with findings of every level`, async () => {
      const {stdout} = await sandbox.expect(5, ['health', '--format', format])
      expect(stdout).to.match(format === 'junit' ? /<failure [\s\S]*<error /u : /^todo_dr_health_region_up\{.* 0$/mu)
      const {status, said} = read(stdout)
      expect(status, `${said}\n${stdout}`).to.equal(0)
    })

    it(`health: ${format} stays so with texts that want to break out of it`, () => {
      const {status, said} = read(readFileSync(join(ROOT, 'test', 'golden', 'health', golden), 'utf8'))
      expect(status, said).to.equal(0)
    })
  }

  it('health: the readers refuse what is not of their format', () => {
    expect(promtool('# TYPE todo_dr_health_score gauge\ntodo_dr_health_score{for="failover} 80\n').status).not.to.equal(
      0,
    )
    expect(xmllint('<testsuites><testsuite id="0"/></testsuites>').status).not.to.equal(0)
    const xml = readFileSync(join(ROOT, 'test', 'golden', 'health', 'report.xml'), 'utf8')
    expect(xmllint(xml.replace(/ timestamp="[^"]*/, '$&Z')).status).not.to.equal(0)
    expect(xmllint(xml.replace(/ name="/, ' nom="')).status).not.to.equal(0)
  })
})
