/** A lab that shows what AWS is allowed to do: old states, slow reads, lost answers, an edge that is not of one mind. */

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {ROOT, Sandbox} from '../../support/cli.js'
import type {LabStatus} from '../../support/cli.js'
import {callLab} from '../../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

interface Call {
  operation: string
  region: string
  code: string
}

describe('a hostile AWS', function () {
  this.timeout(400_000)
  const sandbox = new Sandbox()
  let lab: LabStatus

  before(async () => {
    await sandbox.expect(0, ['lab', 'start', '--pace', 'hostile'])
    await sandbox.expect(0, ['seed'])
    lab = await sandbox.json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  async function calls(): Promise<Call[]> {
    const answer = await callLab(lab, 'GET', 'calls')
    return ((await answer.json()) as {calls: Call[]}).calls
  }

  it('aws 10: is seen again at the edge as soon as an outage of the API is over, since no error is kept', async () => {
    const token = (await sandbox.expect(0, ['token'])).stdout.trim()
    const read = async (): Promise<number> => {
      const answer = await fetch(`${lab.edgeUrl}/v1?limit=1`, {headers: {authorization: token}})
      await answer.text()
      return answer.status
    }

    /** CloudFront would keep an error for 10 s. */
    const served = async (): Promise<number> => {
      const end = performance.now() + 6000
      for (;;) {
        const status = await read()
        if (status === 200 || performance.now() > end) return status
      }
    }

    expect(await served()).to.equal(200)
    // Of both regions: a read of one goes to the other.
    for (const region of [HOME, AWAY]) await callLab(lab, 'POST', 'faults', {kind: 'api-outage', region})
    expect(await read()).to.be.at.least(500)
    for (const region of [HOME, AWAY]) await callLab(lab, 'DELETE', 'faults', {kind: 'api-outage', region})
    expect(await served()).to.equal(200)
  })

  it('aws 02, aws 03: a failover is sent once and done though every answer to a change is lost, and opens no old primary', async () => {
    await callLab(lab, 'DELETE', 'calls')
    await callLab(lab, 'PUT', 'weather', {lostRate: 1, slowRate: 1 / 7, slowMs: 5000})
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'], {timeoutMs: 300_000})
    const made = await calls()
    const carriedOut = made.filter(({code}) => code === 'OK' || code === 'AnswerLost')
    const promotions = carriedOut.filter(({operation}) => operation === 'FailoverGlobalCluster')
    expect(promotions).to.have.length(1)
    expect(promotions[0]).to.include({region: AWAY, code: 'AnswerLost'})
    const since = made.indexOf(promotions[0]!)
    const opened = made
      .slice(since)
      .filter(({operation, region}) => operation === 'DeleteFunctionConcurrency' && region === HOME)
    expect(opened).to.deep.equal([])
    const closed = carriedOut.filter(({operation}) => operation === 'PutFunctionConcurrency')
    expect(closed.map(({region}) => region)).to.deep.equal([HOME, HOME, HOME])
  })

  it('aws 06: a failback waits by name until home replicates again, and ends with home as the primary', async () => {
    await callLab(lab, 'PUT', 'weather', {lostRate: 0.1, slowRate: 1 / 7, slowMs: 5000, seed: 3})
    await sandbox.expect(0, ['failback'], {timeoutMs: 300_000})
    const {regions} = await sandbox.json<LabStatus>(['lab', 'status'])
    expect(regions.find(({role}) => role === 'primary')?.region).to.equal(HOME)
  })

  it('is met by whole drills', async () => {
    const args = ['--import', 'tsx', 'test/soak/index.ts', '--pace', 'hostile', '--rounds', '1', '--seed', '1']
    const soak = spawn(process.execPath, args, {cwd: ROOT, env: sandbox.env, stdio: ['ignore', 'pipe', 'pipe']})
    const said: string[] = []
    soak.stdout.on('data', (chunk) => said.push(String(chunk)))
    soak.stderr.on('data', (chunk) => said.push(String(chunk)))
    const code = await new Promise((done) => soak.once('close', done))
    expect(code, said.join('').slice(-4000)).to.equal(0)
  })
})
