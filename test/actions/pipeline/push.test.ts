import {expect} from 'chai'
import {pushToPipeline} from '../../../src/actions/pipeline/push.js'
import type {PushInput} from '../../../src/actions/pipeline/push.js'
import {SCHEMAS} from '../../../src/actions/pipeline/result.js'
import type {DrEvent} from '../../../src/messages.js'
import type {DeliveryAction, DeliveryExecution} from '../../../src/model/delivery.js'
import type {CheckoutState} from '../../../src/ports/checkout.js'
import {SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'
import {VirtualClock} from '../../support/virtual-clock.js'

const COMMIT = 'c0ffee00c0ffee00'
const REMOTE = {url: 'https://here/v1/repos/x', user: 'u', password: 'secret'}

const action = (stage: string, status: string, more: Partial<DeliveryAction> = {}): DeliveryAction => ({
  stage,
  action: stage,
  status,
  why: null,
  build: null,
  ...more,
})

/** A repository and a pipeline: each look at the pipeline gives the next of `seen`, and the last one for ever. */
function around(
  seen: {execution?: Partial<DeliveryExecution>; actions?: DeliveryAction[]}[],
  {state, more, has = false}: {state?: CheckoutState; more?: Partial<PushInput>; has?: boolean} = {},
) {
  const acts: string[] = []
  const events: DrEvent[] = []
  const shown: string[] = []
  let looks = -1
  const now = () => seen[Math.min(looks, seen.length - 1)]!
  const {world} = new SimulatedWorld().connect()
  const input: PushInput = {
    target: 'aws',
    deployment: world.deployment,
    delivery: {source: 'codecommit', branch: 'main'},
    outside: undefined,
    folder: '/project',
    checkout: {
      look: async () => state,
      init: async (branch) => void acts.push(`init ${branch}`),
      async commitAll(message) {
        acts.push(`commit ${message}`)
        return COMMIT
      },
      async push({password}, branch) {
        expect(password).to.equal(REMOTE.password)
        acts.push(`push ${branch}`)
        return !has
      },
    },
    pipeline: {
      name: 'Demo-delivery',
      async executions() {
        looks++
        const {execution} = now()
        const whole = {id: 'e1', status: 'InProgress', startedAt: 1, commit: COMMIT, ...execution}
        return execution ? [whole] : []
      },
      actions: async () => now().actions ?? [],
      async log(build, from = '0') {
        const pages = [Array.from({length: 30}, (_, line) => `${build} ${line}`), ['the end']]
        const lines = pages[Number(from)]
        return lines ? {lines, next: String(Number(from) + 1)} : {lines: [], next: from}
      },
      remote: async () => REMOTE,
      stop: async (id) => void acts.push(`stop ${id}`),
    },
    waitMinutes: 420,
    clock: new VirtualClock(),
    show: (line) => void shown.push(line),
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    ...more,
  }
  const {clock} = input
  const begun = clock.now()
  return {acts, events, shown, time: () => clock.now() - begun, push: () => pushToPipeline(input)}
}

const CLEAN: CheckoutState = {commit: COMMIT, changes: []}
const SUCCEEDED = {execution: {status: 'Succeeded'}, actions: [action('Build', 'Succeeded')]}

describe('a push to the delivery pipeline', () => {
  it('is followed to its end, and each change of an action is told once', async () => {
    const run = [
      {},
      {},
      {execution: {}, actions: [action('Build', 'InProgress')]},
      {execution: {}, actions: [action('Build', 'InProgress')]},
      SUCCEEDED,
    ]
    const at = around(run, {state: CLEAN})
    const {result, exit, error} = await at.push()
    expect([exit, error]).to.deep.equal(['done', undefined])
    expect(SCHEMAS['pipeline-push'].parse(result)).to.include({commit: COMMIT, pushed: true, status: 'Succeeded'})
    expect(at.acts).to.deep.equal(['push main'])
    const notes = at.events.flatMap((event) => (event.code === 'note' ? [event.text] : []))
    expect(notes).to.deep.equal(['pushed c0ffee00 to main', 'Build: InProgress', 'Build: Succeeded'])
  })

  it('shows the last lines of the build that failed', async () => {
    const failed = action('Deploy', 'Failed', {why: 'BUILD: exit status 3', build: 'b1'})
    const at = around([{execution: {status: 'Failed'}, actions: [action('Build', 'Succeeded'), failed]}], {
      state: CLEAN,
    })
    const {result, exit, error} = await at.push()
    expect(exit).to.equal('failed')
    expect(error).to.include({code: 'NotDelivered', message: 'Deploy of c0ffee00 failed', why: 'BUILD: exit status 3'})
    expect(result.failure).to.deep.equal({action: 'Deploy', why: 'BUILD: exit status 3', build: 'b1'})
    expect(result.lines).to.have.length(25)
    expect(result.lines.at(-1)).to.equal('the end')
    expect(at.shown).to.deep.equal(result.lines)
    const stopped = around([{execution: {status: 'Stopped'}}], {state: CLEAN})
    expect((await stopped.push()).error!.message).to.contain('ended as Stopped')
  })

  it('is followed for no longer than that is wanted, and the pipeline continues', async () => {
    const actions = [action('Build', 'Succeeded'), action('Deploy', 'InProgress', {build: 'b1'})]
    const at = around([{execution: {}, actions}], {state: CLEAN, more: {waitMinutes: 30}})
    const {result, exit, error} = await at.push()
    expect(SCHEMAS['pipeline-push'].parse(result)).to.deep.include({status: 'InProgress', failure: null, lines: []})
    expect([exit, error!.code, error!.why]).to.deep.equal(['unknown', 'StillRunning', 'Deploy is under way'])
    expect(error!.message).to.contain('within 30 minutes')
    expect(at.acts).to.deep.equal(['push main'])
    expect(at.time()).to.equal(30 * 60_000)
  })

  it('is refused where something is not committed, unless that is asked for', async () => {
    const changes = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const dirty = around([SUCCEEDED], {state: {commit: COMMIT, changes}})
    expect(await thrownBy(dirty.push())).to.include({
      code: 'LocalChanges',
      exit: 'refused',
      why: 'a, b, c, d, e and 2 more',
    })
    expect(await thrownBy(around([SUCCEEDED]).push())).to.include({code: 'NotCommitted', exit: 'usage'})
    expect(dirty.acts).to.deep.equal([])
    const more = {message: 'all'}
    const none = around([SUCCEEDED], {more})
    await none.push()
    expect(none.acts).to.deep.equal(['init main', 'commit all', 'push main'])
    const changed = around([SUCCEEDED], {state: {commit: 'b', changes}, more})
    await changed.push()
    expect(changed.acts).to.deep.equal(['commit all', 'push main'])
    const clean = around([SUCCEEDED], {state: CLEAN, more})
    await clean.push()
    expect(clean.acts).to.deep.equal(['push main'])
  })

  it('of what is there already follows the execution that it has started, and waits for no other', async () => {
    const at = around([SUCCEEDED], {state: CLEAN, has: true})
    expect((await at.push()).result).to.include({pushed: false, execution: 'e1'})
    const old = around([{}], {state: CLEAN, has: true})
    expect(await thrownBy(old.push())).to.include({code: 'NotStarted', exit: 'failed'})
    const silent = around([{}], {state: CLEAN})
    expect(await thrownBy(silent.push())).to.include({code: 'NotStarted'})
  })

  it('needs a delivery pipeline whose source is here', async () => {
    const outside = 'git push to main of owner/name'
    for (const [more, code] of [
      [{delivery: undefined}, 'DeliveryMissing'],
      [{delivery: {source: 'connection', branch: 'main'}, outside}, 'DeliveryElsewhere'],
    ] as const) {
      const at = around([SUCCEEDED], {state: CLEAN, more})
      const next =
        code === 'DeliveryElsewhere'
          ? outside
          : 'set "delivery": {"source": "codecommit"} there, then run todo-dr deploy'
      expect(await thrownBy(at.push())).to.include({code, exit: 'usage', next})
      expect(at.acts).to.deep.equal([])
    }
  })
})
