/** How `health` answers on a real lab: its formats, its deadline, and `--watch`. What it finds is in matrix.test.ts. */

import {expect} from 'chai'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import type {HealthResult} from '../../src/actions/health/result.js'
import {READER_WITH_LESS_ROOM} from '../plants/functions.js'
import {Ground} from '../plants/ground.js'
import {SILENT_REGION} from '../plants/operator.js'
import {AWAY, HOME} from '../plants/plant.js'
import {Sandbox} from '../support/cli.js'

describe('health', function () {
  this.timeout(300_000)
  const sandbox = new Sandbox()
  let ground: Ground

  before(async () => {
    ground = await Ground.open(sandbox)
    // Cold functions are no ill health, but they are slow on a busy machine.
    await sandbox.expect(0, ['status'])
  })

  after(() => ground?.close())

  it('health: says what it was asked for, and how ready a deployment is that nobody has rehearsed', async () => {
    const result = await ground.health()
    expect(result).to.include({score: 80, for: 'failover', from: HOME, to: AWAY, situation: 'Healthy'})
    expect(result).to.deep.include({primary: HOME, standby: AWAY})
  })

  it('health: prints what Prometheus and JUnit take, with the same exit status', async () => {
    const [prom, junit] = [
      await sandbox.run(['health', '--format', 'prometheus']),
      await sandbox.run(['health', '--for', 'switchover', '--format', 'junit']),
    ]
    expect(prom.stdout).to.match(/^todo_dr_health_region_up\{.*region="us-east-2"\} 1$/m)
    expect(prom.code).to.equal(/level="unknown"\} 0$/m.test(prom.stdout) ? 0 : 6)
    expect(junit.stdout)
      .to.match(/^<\?xml/)
      .and.to.match(/<\/testsuites>\s*$/)
    expect(junit.code).to.equal(/<error/.test(junit.stdout) ? 6 : 0)
    const {stdout: json} = await sandbox.run(['health', '--format', 'json'])
    expect((JSON.parse(json) as HealthResult).schemaVersion).to.equal(1)
  })

  it('health: with one region black-holed it ends by its deadline, and the other region is complete', async () => {
    const undo = await SILENT_REGION.make(ground)
    try {
      const {seconds, stdout} = await sandbox.run(['health', '--json'])
      const result = JSON.parse(stdout) as HealthResult
      // Each of some thirty questions has 3 s: one after the other they would take more than a minute.
      expect(seconds).to.be.below(40)
      expect(result.regions).to.deep.equal([
        {region: HOME, up: true},
        {region: AWAY, up: false},
      ])
      const at = (region: string): string[] =>
        result.findings.filter((one) => one.region === region && one.level === 'unknown').map(({check}) => check)
      expect(at(HOME)).to.deep.equal([])
      expect(at(AWAY)).to.include.members(['instances', 'api', 'functions', 'alarms', 'gates', 'backups', 'tokens'])
      expect(result.findings.filter(({level, region}) => level === 'problem' && region === AWAY)).to.deep.equal([])
    } finally {
      await undo()
    }
  })

  it('health: --watch prints a line a change, and ends at Ctrl-C with the status of the last look', async () => {
    const child = sandbox.start(['health', '--watch', '--every', '2'])
    let printed = ''
    child.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    const until = async (wanted: RegExp): Promise<void> => {
      for (let tries = 0; !wanted.test(printed) && tries < 300; tries++) await sleep(100)
      expect(printed).to.match(wanted)
    }

    await until(/readiness \d+ of 100/)
    const undo = await READER_WITH_LESS_ROOM.make(ground)
    await until(/concurrency, us-east-2: ok -> problem/)
    await undo()
    await until(/concurrency, us-east-2: problem -> ok/)
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).to.equal(0)
  })
})
