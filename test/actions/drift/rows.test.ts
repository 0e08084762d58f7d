import {expect} from 'chai'
import fc from 'fast-check'
import type {FindInput} from '../../../src/actions/drift/kind.js'
import type {Doubt, RowDifference} from '../../../src/actions/drift/result.js'
import {UNDIVIDED, suspectsIn, weigh} from '../../../src/actions/drift/rows/bisect.js'
import {pairOf} from '../../../src/actions/drift/rows/pair.js'
import {rows} from '../../../src/actions/drift/rows.js'
import {DrError} from '../../../src/errors.js'
import type {DrEvent} from '../../../src/messages.js'
import type {Lag, Observation} from '../../../src/model/observation.js'
import type {ScanState} from '../../../src/ports/scan-state.js'
import type {World} from '../../../src/ports/world.js'
import type {Range} from '../../../src/ports/tables.js'
import {AWAY, HOME, healthy} from '../../support/observations.js'
import {SimulatedSide} from '../../support/simulated-side.js'
import type {Row} from '../../support/simulated-side.js'
import {VirtualClock} from '../../support/virtual-clock.js'

/** Two regions in memory and all that a scan asks for. */
class Rig {
  readonly clock = new VirtualClock()
  readonly doubts: Omit<Doubt, 'kind'>[] = []
  readonly events: DrEvent[] = []
  readonly abort = new AbortController()
  kept: ScanState | undefined
  lag: number | undefined = 0
  observation: Observation = healthy()
  fix = false
  /** The right side is a cluster beside. */
  beside = false
  maxLoad = 100

  constructor(
    readonly left: SimulatedSide,
    readonly right: SimulatedSide,
  ) {}

  /** What CloudWatch has. */
  datum = (): Lag | undefined =>
    this.lag === undefined ? undefined : {seconds: this.lag, at: this.clock.now(), periodSeconds: 1}

  async find(resume = false): Promise<RowDifference[]> {
    const world = {
      clock: this.clock,
      deployment: {globalClusterId: 'g', edge: {distributionId: 'E'}, regions: []},
      database: {lag: async () => this.datum()},
    } as unknown as World
    const input: FindInput = {
      world,
      observation: this.observation,
      settings: undefined as never,
      stackDrifts: undefined as never,
      side: (region) => (region === HOME ? this.left : this.right),
      ...(this.beside && {against: this.right}),
      doubt: (about) => void this.doubts.push(about),
      fix: this.fix,
      rows: {
        resume,
        maxLoad: this.maxLoad,
        maxLagSeconds: 10,
        states: {
          load: async () => structuredClone(this.kept),
          save: async (state) => void (this.kept = structuredClone(state)),
          clear: async () => void (this.kept = undefined),
        },
      },
      emit: (event) => void this.events.push(event),
      signal: this.abort.signal,
    }
    const found: RowDifference[] = []
    for await (const difference of rows.find(input)) found.push(difference as RowDifference)
    return found
  }
}

const table = (count: number, value: (row: number) => string = (row) => String(row * 7)): Row[] =>
  Array.from({length: count}, (_, row) => [String(row), value(row)])

const sides = (left: Row[], right: Row[], keys = 1, width = 2): Rig =>
  new Rig(new SimulatedSide(HOME, left, keys, width), new SimulatedSide(AWAY, right, keys, width))

const ALL: Range = {after: null, upTo: null}

/** The keys that the bisection alone comes to, where so few rows are listed at once. */
async function bisected({left, right}: Rig, leaf: number, range = ALL): Promise<string[]> {
  const [[one], [other]] = await Promise.all([left.tables(), right.tables()])
  const pair = {...pairOf(left, right, one!, other!).pair!, leaf}
  const weighed = await weigh(pair, [range], UNDIVIDED, {})
  const keys: string[] = []
  for await (const {key} of suspectsIn(pair, weighed, {})) keys.push(key.join(' '))
  return keys
}

const classes = (found: RowDifference[]): string[] =>
  found.map(({class: type, key}) => `${type} ${Object.values(key).join(' ')}`).sort()

describe('drift: rows', function () {
  this.timeout(30_000)

  it('finds exactly what was planted, wherever it is, in keys of one column and of two', async () => {
    const row = fc.tuple(fc.integer({min: 0, max: 60}), fc.integer({min: 0, max: 60}), fc.integer({min: 0, max: 9}))
    const tables = fc.uniqueArray(row, {maxLength: 300, selector: ([a, b]) => `${a} ${b}`})
    const plants = fc.array(fc.tuple(fc.constantFrom('changed', 'missing', 'extra'), fc.nat()), {maxLength: 12})
    await fc.assert(
      fc.asyncProperty(tables, plants, fc.integer({min: 1, max: 3}), async (all, planted, leaf) => {
        const left = new Map(all.map((one) => [`${one[0]} ${one[1]}`, one.map(String)]))
        const right = new Map(left)
        const expected = new Map<string, string>()
        for (const [kind, at] of planted) {
          const keys = [...left.keys()]
          const key = kind === 'extra' ? `${at} ${at + 100}` : keys[at % Math.max(1, keys.length)]
          if (key === undefined || expected.has(key)) continue
          expected.set(key, `${kind} ${key}`)
          if (kind === 'missing') right.delete(key)
          else right.set(key, [...key.split(' '), kind === 'extra' ? '1' : '99'])
        }

        const rig = sides([...left.values()], [...right.values()], 2, 3)
        expect(classes(await rig.find())).to.deep.equal([...expected.values()].sort())
        expect(rig.doubts).to.deep.equal([])
        const suspects = await bisected(rig, leaf)
        expect(suspects.sort()).to.deep.equal([...expected.keys()].sort())
      }),
      {numRuns: 60},
    )
  })

  it('finds exactly what was planted by steps of a key of one column, whether it stands in heaps or not', async () => {
    const key = fc.oneof(
      fc.integer({min: -40, max: 200}),
      fc.integer({min: 0, max: 5}).map((heap) => heap * 100_000),
    )
    const tables = fc.uniqueArray(key, {minLength: 1, maxLength: 200})
    const fate = fc.constantFrom('same', 'same', 'same', 'changed', 'missing', 'extra')
    await fc.assert(
      fc.asyncProperty(tables, fc.infiniteStream(fate), fc.integer({min: 1, max: 3}), async (keys, fates, leaf) => {
        const planted = keys.map((one) => ({key: String(one), fate: fates.next().value as string}))
        const rig = sides(
          planted.filter((one) => one.fate !== 'extra').map((one) => [one.key, '0']),
          planted.filter((one) => one.fate !== 'missing').map((one) => [one.key, one.fate === 'changed' ? '1' : '0']),
        )
        const expected = planted.filter((one) => one.fate !== 'same')
        expect(classes(await rig.find())).to.deep.equal(expected.map((one) => `${one.fate} ${one.key}`).sort())
        const range = {after: [String(Math.min(...keys) - 1)], upTo: [String(Math.max(...keys))]}
        const suspects = await bisected(rig, leaf, range)
        expect(suspects.sort()).to.deep.equal(expected.map((one) => one.key).sort())
      }),
      {numRuns: 60},
    )
  })

  it('comes from a large table to its rows at little more than the cost of one scan', async () => {
    const left = table(12_500)
    const right = left.map((row, at) => (at % 2499 === 17 ? [row[0]!, '1'] : row))
    const rig = sides(left, right)
    const found = await rig.find()
    expect(classes(found)).to.deep.equal([17, 2516, 5015, 7514, 10_013].map((id) => `changed ${id}`).sort())
    expect(rig.left.hashed / left.length).to.be.below(2.6)
    const clean = sides(left, left)
    expect(await clean.find()).to.deep.equal([])
    expect(clean.left.hashed).to.equal(left.length)
  })

  it('reads by buckets at once where every range differs: each row is digested little more than once', async () => {
    const left = table(20_000)
    const right = left.map((row, at) => (at % 40 === 7 ? [row[0]!, '1'] : row))
    const rig = sides(left, right)
    const found = await rig.find()
    expect(classes(found)).to.deep.equal(
      left
        .filter((_, at) => at % 40 === 7)
        .map(([id]) => `changed ${id}`)
        .sort(),
    )
    expect(rig.left.hashed / left.length).to.be.below(2)
  })

  it('reads little more where the keys stand in heaps, and lists no heap for each row that differs', async () => {
    const left = table(60_000).map(([at, ...values]) => [
      String(Math.floor(Number(at) / 700) * 1e9 + (Number(at) % 700)),
      ...values,
    ])
    const keys = left.map(([id]) => id!)
    for (const [every, listed] of [
      [400, 0.3],
      [4000, 0.05],
    ] as const) {
      const right = left.map((row, at) => (at % every === 7 ? [row[0]!, '1'] : row))
      const rig = sides(left, right)
      const found = await rig.find()
      expect(classes(found)).to.deep.equal(
        keys
          .filter((_, at) => at % every === 7)
          .map((id) => `changed ${id}`)
          .sort(),
      )
      expect(rig.left.hashed / left.length, `every ${every}`).to.be.below(1.3)
      expect(rig.left.listed / left.length, `one by one, every ${every}`).to.be.below(listed)
    }
  })

  it('finds rows beyond the last one of the primary, and a primary that has none', async () => {
    const rig = sides(
      table(10),
      table(60_000).filter(([id]) => Number(id) < 10 || Number(id) % 20_000 === 0),
    )
    expect(classes(await rig.find())).to.deep.equal(['extra 20000', 'extra 40000'])
    expect(classes(await sides([], table(3)).find())).to.deep.equal(['extra 0', 'extra 1', 'extra 2'])
    expect(await sides([], []).find()).to.deep.equal([])
  })

  it('shows key and columns, and with --fix the statement', async () => {
    const rig = sides(
      [
        ['1', '5'],
        ['2', '6'],
      ],
      [
        ['1', '4'],
        ['3', '7'],
      ],
    )
    rig.fix = true
    const [changed, missing, extra] = (await rig.find()).sort((a, b) => Number(a.key.c0) - Number(b.key.c0))
    expect(changed).to.deep.include({
      class: 'changed',
      region: AWAY,
      subject: 't',
      key: {c0: 1},
      columns: [{name: 'c1', expected: 5, actual: 4}],
      fix: ['UPDATE `t` SET `c1` = 5 WHERE `c0` = 1;'],
    })
    expect(missing!.fix).to.deep.equal(['INSERT INTO `t` (`c0`, `c1`) VALUES (2, 6);'])
    expect(extra!.fix).to.deep.equal(['DELETE FROM `t` WHERE `c0` = 3;'])
  })

  it('of a cluster beside, waits for no lag, and says what would give the primary its rows', async () => {
    const rig = sides(
      [
        ['1', '5'],
        ['2', '6'],
      ],
      [
        ['1', '4'],
        ['3', '7'],
      ],
    )
    Object.assign(rig, {fix: true, beside: true, lag: undefined})
    rig.right.name = 'lost'
    const began = rig.clock.now()
    const found = (await rig.find()).sort((a, b) => Number(a.key.c0) - Number(b.key.c0))
    expect(rig.clock.now() - began).to.be.below(3000)
    const [changed, missing, extra] = found
    expect(extra).to.deep.include({
      class: 'extra',
      region: AWAY,
      text: `lost has this row and ${HOME} has not`,
      next: 'todo-dr drift --rows --against lost --fix',
      columns: [
        {name: 'c0', expected: null, actual: 3},
        {name: 'c1', expected: null, actual: 7},
      ],
      fix: ['INSERT INTO `t` (`c0`, `c1`) VALUES (3, 7);'],
    })
    expect(changed!.fix).to.deep.equal(['UPDATE `t` SET `c1` = 4 WHERE `c0` = 1;'])
    expect(missing!.fix).to.deep.equal(['DELETE FROM `t` WHERE `c0` = 2;'])
  })

  it('reports no row that merely lags: it is asked again until it has come', async () => {
    const left = table(100)
    const rig = sides(left, left.slice(0, 90))
    rig.lag = 3
    const arrives = rig.clock.now() + 3000
    rig.right.before = () => {
      if (rig.clock.now() >= arrives) rig.right.rowsHeld = left
    }

    expect(await rig.find()).to.deep.equal([])
  })

  it('believes a lag that was measured after the row was seen, and no earlier one', async () => {
    const left = table(100)
    const rig = sides(left, left.slice(0, 90))
    const late = {seconds: 0.1, at: rig.clock.now() - 20_000, periodSeconds: 60}
    const arrives = rig.clock.now() + 100_000
    rig.datum = () => (rig.clock.now() < arrives + 30_000 ? late : {...late, at: rig.clock.now() - 20_000})
    rig.right.before = () => {
      if (rig.clock.now() >= arrives) rig.right.rowsHeld = left
    }

    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts).to.deep.equal([])
    const silent = sides(left, left.slice(0, 90))
    silent.datum = () => late
    expect(await silent.find()).to.deep.equal([])
    expect(silent.doubts).to.have.length(1)
    expect(silent.doubts[0]!.reason).to.include('10 of its rows differ').and.include('merely lag cannot be told')
    const bag = sides(left, left.slice(0, 90), 0)
    bag.datum = () => late
    expect(await bag.find()).to.deep.equal([])
    expect(bag.doubts[0]!.reason).to.include('10 of its rows differ').and.include('merely lag cannot be told')
  })

  it('names a row that is written all the time, and reports the one beside it', async () => {
    const left = table(10)
    const rig = sides(
      left,
      left.map((row) => (row[0] === '3' ? ['3', '0'] : row)),
    )
    let writes = 0
    rig.left.before = () => {
      rig.left.rowsHeld = left.map((row) => (row[0] === '7' ? ['7', String(1000 + ++writes)] : row))
    }

    expect(classes(await rig.find())).to.deep.equal(['changed 3'])
    expect(rig.doubts.map(({subject, reason}) => `${subject}: ${reason}`)).to.deep.equal([
      't: the row {"c0":7} changes too often to be compared',
    ])
  })

  it('compares a table without a key as a multiset, and says so', async () => {
    const left: Row[] = [['1'], ['1'], ['2'], ['3']]
    const rig = sides(left, [['1'], ['2'], ['3'], ['4']], 0, 1)
    const found = await rig.find()
    expect(found.map(({class: type, columns}) => [type, columns])).to.have.deep.members([
      ['missing', [{name: 'c0', expected: 1, actual: null}]],
      ['extra', [{name: 'c0', expected: null, actual: 4}]],
    ])
    expect(found[0]!.text).to.include('no key')
    expect(await sides(left, [...left].reverse(), 0, 1).find()).to.deep.equal([])
  })

  it('compares rows where the keys are ordered alike, whatever else differs in them, and says so where they are not', async () => {
    const rig = sides(table(10), [['3', '0'], ...table(10).filter(([id]) => id !== '3')])
    const tables = rig.right.tables.bind(rig.right)
    const altered = (change: object) => async () => {
      const [one] = await tables()
      return [{...one!, columns: one!.columns.map((column) => ({...column, ...change}))}]
    }

    rig.right.tables = altered({extra: 'auto_increment'})
    expect(classes(await rig.find())).to.deep.equal(['changed 3'])
    rig.right.tables = altered({type: 'int'})
    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts.map(({subject, reason}) => `${subject}: ${reason}`).join(' ')).to.include(
      't: its key is not the same',
    )
  })

  it('leaves a table that is altered in mid-scan unknown, by name', async () => {
    const rig = sides(table(10_000), table(10_000))
    rig.right.before = (question) => {
      if (question === 'sums') rig.right.version = '2'
    }

    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts).to.have.length(1)
    expect(rig.doubts[0]).to.deep.include({region: AWAY, subject: 't'})
    expect(rig.doubts[0]!.reason).to.include('altered or dropped')
  })

  it('divides what is too slow for one statement, and gives up where nothing helps', async () => {
    const slow = new DrError({code: 'TooSlow', exit: 'failed', what: 'too slow'})
    const left = table(8000)
    const rig = sides(
      left,
      left.map((row) => (row[0] === '7900' ? ['7900', '0'] : row)),
    )
    const sums = rig.left.sums.bind(rig.left)
    rig.left.sums = async (scan, ranges, buckets) => {
      const answer = await sums(scan, ranges, buckets)
      if (answer.some(({rows: count}) => count > 1000)) throw slow
      return answer
    }

    expect(classes(await rig.find())).to.deep.equal(['changed 7900'])
    rig.left.sums = () => Promise.reject(slow)
    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts.at(-1)!.reason).to.include('take too long')
  })

  it('stops after 10,000 differing rows, and keeps no more of them in memory', async () => {
    const left = table(60_000)
    const rig = sides(
      left,
      left.map(([id]) => [id!, 'x']),
    )
    for (const side of [rig.left, rig.right]) side.rowOctets = 100
    let lists = 0
    rig.left.before = (question) => {
      if (question === 'hashes') lists++
    }

    const found = await rig.find()
    expect(found.length).to.be.within(10_000, 20_000)
    expect(rig.doubts.map(({reason}) => reason)).to.deep.equal([
      'more than 10000 of its rows differ: the rest was not read',
    ])
    expect(lists, 'of 2500 rows at the most').to.be.within(4, 12)
  })

  it('takes functions of two versions for no drift of the rows', async () => {
    const rig = sides(table(10), table(10))
    rig.right.salt = 'another'
    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts[0]).to.deep.include({subject: 't', next: 'todo-dr deploy'})
  })

  it('keeps what it found when it is interrupted, and continues where it was', async () => {
    const left = table(15_000)
    const rig = sides(
      left,
      left.map((row) => (['5', '14700'].includes(row[0]!) ? [row[0]!, '0'] : row)),
    )
    let asked = 0
    rig.right.before = (question) => {
      if (question === 'sums' && ++asked > 2) {
        rig.abort.abort()
        throw new DOMException('ended', 'AbortError')
      }
    }

    const first = await rig.find()
    expect(rig.doubts.at(-1)).to.deep.include({next: 'todo-dr drift --rows --resume'})
    expect(rig.kept!.tables.t!.rows).to.be.within(1, 15_000)
    const again = new Rig(rig.left, rig.right)
    again.kept = rig.kept
    rig.right.before = () => undefined
    rig.left.hashed = 0
    expect(classes([...first, ...(await again.find(true))])).to.include.members(['changed 5', 'changed 14700'])
    expect(rig.left.hashed, 'what was compared is not read again').to.be.below(22_500)
    expect(again.kept).to.equal(undefined)
  })

  it('needs no measurement of the lag where both servers name their positions', async () => {
    const left = table(100)
    const rig = sides(
      left,
      left.slice(0, 90).map((row) => (row[0] === '5' ? ['5', '0'] : row)),
    )
    rig.datum = () => ({seconds: 0.1, at: 0, periodSeconds: 60})
    rig.left.at = {server: 'mariadb', set: '0-1-7'}
    const begun = rig.clock.now()
    rig.right.has = ({set}) => set === '0-1-7' && rig.clock.now() >= begun + 20_000
    rig.right.before = () => {
      if (rig.clock.now() >= begun + 20_000)
        rig.right.rowsHeld = [...rig.right.rowsHeld.slice(0, 90), ...left.slice(90)]
    }

    expect(classes(await rig.find())).to.deep.equal(['changed 5'])
    expect(rig.doubts).to.deep.equal([])
    expect(rig.clock.now() - begun).to.be.within(20_000, 30_000)
    // What has arrived of another time says nothing of this one.
    rig.right.has = () => false
    expect(await rig.find()).to.deep.equal([])
    expect(rig.doubts[0]!.reason).to.include('merely lag cannot be told')
  })

  it('pauses for ten minutes at the most, and names the replication that is behind', async () => {
    const rig = sides(table(10), table(10))
    rig.lag = 60
    const begun = rig.clock.now()
    expect(await rig.find()).to.deep.equal([])
    expect(rig.clock.now() - begun).to.be.within(600_000, 610_000)
    expect(rig.doubts[0]!.reason).to.include('for ten minutes').and.include('60.0 s')
    expect(rig.kept, 'it can be continued').not.to.equal(undefined)
  })

  it('pauses while replication lags, and says so once', async () => {
    const rig = sides(table(10), table(10))
    const until = rig.clock.now() + 30_000
    Object.defineProperty(rig, 'lag', {get: () => (rig.clock.now() < until ? 60 : 0)})
    expect(await rig.find()).to.deep.equal([])
    expect(rig.clock.now()).to.be.at.least(until)
    expect(rig.events.filter(({code}) => code === 'note')).to.have.length(1)
  })
})
