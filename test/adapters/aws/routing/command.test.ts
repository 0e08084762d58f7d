import {expect} from 'chai'
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {CommandRoute} from '../../../../src/adapters/aws/routing/command.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {thrownBy} from '../../../support/thrown.js'

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the route by a program of the user', () => {
  let folder: string

  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'todo-dr-route-'))))

  afterEach(() => rmSync(folder, {recursive: true}))

  /** `text`: a program for `sh`. */
  function route(text: string, more: object = {}): CommandRoute {
    writeFileSync(join(folder, 'route.sh'), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'route.sh'), 0o755)
    const settings = {kind: 'command', command: ['./route.sh', 'now'], timeoutSeconds: 20, answersInARow: 1, folder}
    return new CommandRoute({...sampleDeployment(), route: {...settings, ...more}})
  }

  it('is asked and told by arguments, in its folder, with the regions in its environment', async () => {
    const made = route(
      'case "$2" in serving) cat place;; steer) echo "$3" > place; echo "$1 $TODO_DR_APP $TODO_DR_HOME $TODO_DR_AWAY" > told;; esac',
    )
    await made.steer(AWAY)
    expect(await made.serving()).to.equal(AWAY)
    expect(readFileSync(join(folder, 'told'), 'utf8')).to.equal(`now ToDoMgmt ${HOME} ${AWAY}\n`)
  })

  it('is a fault that may pass where the program says no, and tells its last words', async () => {
    const error = await thrownBy(route('echo working >&2; echo "the zone is locked" >&2; exit 3').steer(AWAY))
    expect(error).to.include({
      code: 'RouteCommandFailed',
      message: './route.sh now steer us-east-2 failed: the zone is locked',
      passing: true,
    })
    expect(await thrownBy(route('exit 2').steer(AWAY))).to.include({code: 'RouteCommandFailed', passing: false})
    expect(await thrownBy(route('exit 3').steer(AWAY))).to.include({
      message: './route.sh now steer us-east-2 failed: it ended with exit status 3',
    })
  })

  it('is no answer where the program names no region of the deployment', async () => {
    const error = await thrownBy(route('echo eu-west-1').serving())
    expect(error).to.include({code: 'RouteCommandFailed'})
    expect((error as Error).message).to.include('"eu-west-1"')
  })

  it('is a fault where there is no such program', async () => {
    expect(await thrownBy(route('', {command: ['./missing.sh']}).serving())).to.include({code: 'RouteCommandFailed'})
  })

  it('is silent where the program hangs, which is ended with all that it has started', async () => {
    const made = route('(trap "" TERM; sleep 60; touch late) & echo $! > child; wait', {timeoutSeconds: 4})
    expect(await thrownBy(made.steer(AWAY))).to.include({code: 'Unreachable'})
    const child = Number(readFileSync(join(folder, 'child'), 'utf8'))
    for (let tries = 0; tries < 100 && runs(child); tries++) await sleep(100)
    expect(runs(child)).to.equal(false)
  })

  it('ends its program where the caller gives up', async () => {
    const gaveUp = new AbortController()
    const steering = route('sleep 60').steer(AWAY, {signal: gaveUp.signal})
    gaveUp.abort(new Error('enough'))
    expect(await thrownBy(steering)).to.include({message: 'enough'})
  })
})
