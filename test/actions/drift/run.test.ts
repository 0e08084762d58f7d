import {expect} from 'chai'
import type {Kind} from '../../../src/actions/drift/kind.js'
import {KINDS} from '../../../src/actions/drift/kinds.js'
import type {Difference, DriftKind} from '../../../src/actions/drift/result.js'
import {SCHEMAS} from '../../../src/actions/drift/result.js'
import {runDrift} from '../../../src/actions/drift/run.js'
import type {DriftInput} from '../../../src/actions/drift/run.js'
import {NO_BASELINE, parseBaseline} from '../../../src/config/baseline.js'
import {DrError} from '../../../src/errors.js'
import {driftLines} from '../../../src/render/drift.js'
import {healthy} from '../../support/observations.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'
import {thrownBy} from '../../support/thrown.js'

const difference = (subject: string): Difference => ({
  kind: 'schema',
  class: 'changed',
  region: AWAY,
  subject,
  expected: 1,
  actual: 2,
  text: 'it differs',
  next: 'todo-dr drift --schema --fix',
})

const kindOf = (kind: DriftKind, find: Kind['find'], reason?: string): Kind => ({kind, appliesTo: () => reason, find})

const finds = (...subjects: string[]): Kind =>
  kindOf('schema', async function* () {
    for (const subject of subjects) yield difference(subject)
  })

const fails = (error: Error): Kind =>
  // eslint-disable-next-line require-yield -- it fails before it finds anything
  kindOf('rows', async function* () {
    throw error
  })

const silent = new DrError({code: 'Unreachable', exit: 'failed', what: 'no answer', next: 'todo-dr status'})

async function drift(kinds: Kind[], change: Partial<DriftInput> = {}) {
  const outcome = await runDrift({
    world: new SimulatedWorld().connect().world,
    lab: true,
    only: [],
    baseline: NO_BASELINE,
    now: Date.UTC(2026, 5, 30, 12),
    fix: false,
    side() {
      throw new Error('no side is asked')
    },
    settings: {} as DriftInput['settings'],
    stackDrifts: {} as DriftInput['stackDrifts'],
    rows: {} as DriftInput['rows'],
    kinds,
    emit() {},
    signal: new AbortController().signal,
    ...change,
  })
  SCHEMAS.drift.parse(outcome.result)
  return outcome
}

const ENTRY = 'accepted:\n  - {kind: schema, subject: t*, reason: known, expires: 2026-06-30}\n'

describe('drift: the verb', () => {
  it('ends 0 where nothing differs, 5 where something does, 6 where something is unknown and nothing differs', async () => {
    expect(await drift([finds()])).to.deep.include({exit: 'done'})
    expect((await drift([finds()])).result.clean).to.equal(true)
    expect((await drift([finds('t')])).exit).to.equal('missed')
    const unknown = await drift([finds(), fails(silent)])
    expect([unknown.exit, unknown.result.clean]).to.deep.equal(['unknown', false])
    expect(unknown.result.unknown).to.deep.equal([
      {kind: 'rows', region: null, subject: null, reason: 'no answer', next: 'todo-dr status'},
    ])
    expect((await drift([finds('t'), fails(silent)])).exit).to.equal('missed')
  })

  it('lets no bug pass for something unknown', async () => {
    const bug = new TypeError('a bug')
    expect(await thrownBy(drift([fails(bug)]))).to.equal(bug)
  })

  it('keeps what was found when it is interrupted, and is unknown', async () => {
    const abort = new AbortController()
    const cut = kindOf('schema', async function* () {
      yield difference('t')
      abort.abort()
      throw new DOMException('ended', 'AbortError')
    })
    const {result, exit} = await drift([cut], {signal: abort.signal})
    expect(exit).to.equal('unknown')
    expect(result.differences).to.have.length(1)
    expect(result.unknown[0]!.reason).to.include('interrupted')
  })

  it('tells what differs on purpose, and takes it for no drift', async () => {
    const fenced = kindOf('regions', async function* () {
      yield {...difference('function upsert.concurrency'), class: 'expected fence'} as Difference
    })
    const {result, exit} = await drift([fenced])
    expect([exit, result.clean, result.differences]).to.deep.equal(['done', true, []])
    expect(result.expected.map(({subject}) => subject)).to.deep.equal(['function upsert.concurrency'])
    expect(driftLines(result)[0]).to.match(/^no drift {2}schema {2}expected fence {2}us-east-2 {2}function upsert/)
  })

  it('skips what makes no sense, says why, and serves whoever names it all the same', async () => {
    const kind = kindOf('rows', finds('t').find, 'they cannot differ')
    const {result} = await drift([kind])
    expect([result.clean, result.skipped]).to.deep.equal([true, [{kind: 'rows', reason: 'they cannot differ'}]])
    expect((await drift([kind], {only: ['rows']})).result.differences).to.have.length(1)
  })

  it('accepts what the baseline knows, to the end of its last day', async () => {
    const baseline = parseBaseline('b.yaml', ENTRY)
    const accepted = await drift([finds('t', 'u')], {baseline})
    expect(accepted.result.differences.map(({subject}) => subject)).to.deep.equal(['u'])
    expect(accepted.result.accepted.map(({subject}) => subject)).to.deep.equal(['t'])
    expect((await drift([finds('t')], {baseline})).exit).to.equal('done')
    const late = await drift([finds('t')], {baseline, now: Date.UTC(2026, 6, 1)})
    expect(late.exit).to.equal('missed')
    expect(late.result.expired).to.deep.include({
      line: 2,
      kind: 'schema',
      subject: 't*',
      reason: 'known',
      expires: '2026-06-30',
    })
    expect(driftLines(late.result).join('\n')).to.include('expired  line 2 of the baseline')
  })

  it('names line and key of a mistake in a baseline', async () => {
    const cases: [string, string][] = [
      [
        ENTRY.replace('reason', 'reasn'),
        'b.yaml:2:5: accepted.0.reason: is missing; 2:33: accepted.0.reasn: unknown key',
      ],
      [ENTRY.replace('2026-06-30', '30.6.2026'), 'accepted.0.expires: must be a day such as 2027-03-31'],
      [ENTRY.replace('schema', 'scheme'), 'accepted.0.kind'],
      ['accept: []', '1:1: accept: unknown key'],
    ]
    for (const [text, message] of cases) {
      const error = (await thrownBy((async () => parseBaseline('b.yaml', text))())) as DrError
      expect(error).to.include({code: 'BaselineInvalid', exit: 'usage'})
      expect(error.message).to.include(message)
    }

    const json =
      '{"accepted": [{"kind": "rows", "subject": "t", "key": {"id": 5}, "reason": "known", "expires": "2030-01-01"}]}'
    expect(parseBaseline('b.json', json).accepted[0]).to.deep.include({key: {id: 5}, line: 1})
  })

  it('knows that schema and rows cannot differ on a healthy Aurora global database, and that they can elsewhere', () => {
    const own = KINDS.filter(({kind}) => kind === 'schema' || kind === 'rows')
    expect(own).to.have.length(2)
    const detached = healthy()
    if (detached.global.reachable) detached.global.value.members.pop()
    for (const kind of own) {
      expect(kind.appliesTo(healthy(), {lab: false})).to.include('cannot differ')
      expect(kind.appliesTo(healthy(), {lab: true})).to.equal(undefined)
      expect(kind.appliesTo(detached, {lab: false})).to.equal(undefined)
    }
  })

  it('shows a blank at the end, and what to do', () => {
    const row: Difference = {
      kind: 'rows',
      class: 'changed',
      region: AWAY,
      subject: 't',
      key: {id: 1},
      columns: [{name: 'v', expected: 'a', actual: 'a '}],
      text: `${AWAY} holds something else than ${HOME}`,
      next: 'todo-dr drift --rows --fix',
    }
    const empty = {expected: [], accepted: [], expired: [], unknown: [], skipped: []}
    const nothing = {schemaVersion: 1 as const, clean: false, ...empty}
    expect(driftLines({...nothing, differences: [row]})).to.deep.equal([
      `rows  changed  ${AWAY}  t id=1: ${AWAY} holds something else than ${HOME}`,
      '  v: expected "a", actual "a "',
      '  -> todo-dr drift --rows --fix',
      '1 difference.',
    ])
  })
})
