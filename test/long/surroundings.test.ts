/** What docs/operations.md says of each command whose process is signalled, or whose output or state cannot be written. */

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {closeSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {ROOT, Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {callLab} from '../support/lab.js'
import {otherMachine} from '../support/other-machine.js'

/** How a command ends on a healthy lab, and where its answer is all that it does. */
interface Kind {
  line: string
  exit: number
  answersOnly?: true
}

/** Each asks a deployment for something, and so can be cut while it waits. */
const ASKING: Kind[] = [
  {line: 'status', exit: 0, answersOnly: true},
  {line: 'token', exit: 0, answersOnly: true},
  {line: 'crud list', exit: 0, answersOnly: true},
  {line: 'crud get 1', exit: 0, answersOnly: true},
  {line: 'outage status', exit: 0, answersOnly: true},
  {line: 'doctor', exit: 0, answersOnly: true},
  {line: 'health', exit: 0, answersOnly: true},
  {line: 'drift --regions --schema', exit: 0, answersOnly: true},
  {line: 'crud create --task milk --status wip', exit: 0},
  {line: 'crud update 1 --task milk --status wip', exit: 0},
  {line: 'seed', exit: 0},
  {line: 'outage stop', exit: 0},
  {line: 'steer --dry-run', exit: 0},
  {line: 'switchover --dry-run', exit: 0},
  {line: 'failover --dry-run', exit: 3},
  {line: 'failback --dry-run', exit: 0},
  {line: 'resume', exit: 0},
]

/** These are over before anybody could press a key. */
const INSTANT: Kind[] = [
  {line: 'iam-policy failover', exit: 0, answersOnly: true},
  {line: 'lab status', exit: 0, answersOnly: true},
  {line: 'lab list', exit: 0, answersOnly: true},
  {line: 'lab env', exit: 0, answersOnly: true},
  {line: 'lab logs', exit: 0, answersOnly: true},
]

/** Exit status of an interrupted command, as for a shell. */
const INTERRUPTED = 130

describe('field report 8: commands whose surroundings fall apart', function () {
  this.timeout(360_000)
  const sandbox = new Sandbox()
  let lab: LabStatus
  let sealed: string

  before(async () => {
    lab = await sandbox.seededLab()
    sealed = otherMachine(sandbox)
    // A file where the target's folder would be: root may write into a folder that is read-only.
    writeFileSync(join(sealed, 'todo-dr', 'lab'), '')
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  /** How often the lab was called as AWS. */
  async function calls(): Promise<number> {
    const answer = await callLab(lab, 'GET', 'calls')
    return ((await answer.json()) as {calls: unknown[]}).calls.length
  }

  const words = (line: string): string[] => line.split(' ')

  for (const {line, exit} of [...ASKING, ...INSTANT])
    it(`${line}: nobody reads what it says`, async () => {
      const child = sandbox.start(words(line))
      child.stdout!.destroy()
      child.stderr!.destroy()
      expect(await new Promise((done) => child.once('exit', done))).to.equal(exit)
    })

  for (const {line, exit, answersOnly} of [...ASKING, ...INSTANT])
    it(`${line}: the disk that takes its output is full`, async () => {
      const full = openSync('/dev/full', 'w')
      try {
        const child = spawn(process.execPath, [join(ROOT, 'bin', 'run.js'), ...words(line)], {
          env: sandbox.env,
          cwd: sandbox.folder,
          stdio: ['ignore', full, full],
        })
        expect(await new Promise((done) => child.once('exit', done))).to.equal(answersOnly ? 1 : exit)
      } finally {
        closeSync(full)
      }
    })

  for (const {line, exit} of ASKING)
    it(`${line}: nothing can be written into its state folder`, () =>
      sandbox.expect(exit, words(line), {env: {XDG_STATE_HOME: sealed}}))

  describe('while a region hangs', () => {
    before(() => callLab(lab, 'POST', 'faults', {kind: 'region-loss', region: 'us-east-1', mode: 'hang'}))

    after(() => callLab(lab, 'DELETE', 'faults', {kind: 'region-loss', region: 'us-east-1'}))

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      for (const {line} of ASKING)
        it(`${line}: ${signal}`, async () => {
          await callLab(lab, 'DELETE', 'calls')
          const child = sandbox.start(words(line))
          let said = ''
          child.stderr!.on('data', (chunk: Buffer) => {
            if (said === '' && line !== 'doctor') child.kill(signal)
            said += String(chunk)
          })
          child.stdout!.resume()
          const over = new Promise((done) => child.once('exit', done))
          if (line === 'doctor') {
            // It says nothing before it has all answers, and the region that hangs takes longer than the other one's first.
            while (child.exitCode === null && (await calls()) === 0) await sleep(20)
            child.kill(signal)
          }

          expect(await over, said).to.equal(INTERRUPTED)
        })
  })

  it('are all in docs/operations.md', () => {
    const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8')
    const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {commands: object}
    const named = [...page.matchAll(/`([a-z -]+)`/g)].map(([, name]) => name!.replaceAll(' ', ':'))
    expect(named).to.include.members(Object.keys(commands))
  })
})
