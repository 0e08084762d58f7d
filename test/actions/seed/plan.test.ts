import {expect} from 'chai'
import fc from 'fast-check'
import {planMigrations} from '../../../src/actions/seed/plan.js'
import {missingIn} from '../../../src/actions/seed/standby.js'
import {DrError} from '../../../src/errors.js'
import type {Migration, RecordedMigration} from '../../../src/model/migration.js'

const migration = (version: number, content = 'SELECT 1'): Migration => ({
  version,
  name: `000${version}_m`,
  sha256: content.padEnd(64, '.'),
  statements: [content, 'SELECT 2'],
})

const row = (of: Migration, more: Partial<RecordedMigration> = {}): RecordedMigration => ({
  name: of.name,
  version: of.version,
  sha256: of.sha256,
  statements: 2,
  done: 2,
  failure: null,
  appliedAt: 1,
  appliedBy: 'anna',
  ...more,
})

const builtIn: RecordedMigration = {...row(migration(1)), name: '0001-create-todos', version: null, sha256: null}
const three = [migration(1), migration(2), migration(3)]
const names = (plan: ReturnType<typeof planMigrations>) =>
  plan.pending.map((one) => `${one.mode} ${one.migration.name}`)

describe('migrations against the history', () => {
  it('has the rest to do, in order, and nothing where all is applied', () => {
    expect(names(planMigrations(three, [builtIn]))).to.deep.equal(['run 0001_m', 'run 0002_m', 'run 0003_m'])
    expect(
      planMigrations(
        three,
        three.map((one) => row(one)),
      ),
    ).to.deep.equal({pending: [], refusals: []})
  })

  it('refuses a changed file, a taken number and a missing file, each by its name', () => {
    const {refusals} = planMigrations(
      [migration(1, 'SELECT 9'), {...migration(2), name: '0002_mine'}],
      three.map((one) => row(one)),
    )
    expect(refusals.map(({gate, reason}) => `${gate}: ${reason}`)).to.deep.equal([
      'migration-unchanged: 0001_m.sql was changed after it was applied',
      'migration-unchanged: 0002_mine.sql has the number of 0002_m, which was applied',
      'migration-present: 0003_m was applied, but 0003_m.sql is missing',
    ])
  })

  it('tells a migration that broke, with its statement, and runs it again only when it is named', () => {
    const broken = [row(three[0]!), row(three[1]!, {done: 0, failure: 'ER_X: no', appliedAt: null})]
    const plan = planMigrations(three, broken)
    expect(plan.refusals[0]).to.deep.equal({
      gate: 'migration-finished',
      reason: '0002_m broke at statement 1 of 2 (SELECT 1): ER_X: no',
      hint: 'correct statement 1 of 2 in the file, then todo-dr seed --retry 0002_m; or finish it by hand, then todo-dr seed --mark-done 0002_m',
    })
    expect(names(planMigrations(three, broken, {retry: '0002_m.sql'}))).to.deep.equal(['retry 0002_m', 'run 0003_m'])
    expect(names(planMigrations(three, broken, {markDone: '0002_m'}))).to.deep.equal(['mark-done 0002_m', 'run 0003_m'])
    const corrected = [three[0]!, migration(2, 'SELECT 8'), three[2]!]
    expect(planMigrations(corrected, broken, {retry: '0002_m'}).refusals).to.deep.equal([])
  })

  it('says so where nobody knows what became of a statement, and where the record alone is missing', () => {
    const unsure = planMigrations(three, [row(three[0]!, {done: 1, appliedAt: null})]).refusals[0]!
    expect(unsure.reason).to.contain('nobody knows whether statement 2 of 2 had its effect (SELECT 2)')
    const ended = planMigrations(three, [row(three[0]!, {appliedAt: null})]).refusals[0]!
    expect(ended).to.include({
      reason: '0001_m has run, but its end was not recorded',
      hint: 'todo-dr seed --retry 0001_m',
    })
  })

  it('refuses --retry and --mark-done for one that they are not for', () => {
    const applied = [row(three[0]!)]
    for (const asked of [
      {retry: '0001_m'},
      {retry: '0002_m'},
      {markDone: '0001_m'},
      {markDone: '0003_m'},
      {markDone: 'x'},
    ])
      expect(() => planMigrations(three, applied, asked), JSON.stringify(asked))
        .to.throw(DrError)
        .that.includes({code: 'MigrationNotUnfinished', exit: 'usage'})
  })

  it('names what a standby lacks: begun is not applied, and another content is another migration', () => {
    const primary = [builtIn, ...three.map((one) => row(one))]
    expect(missingIn(primary, primary)).to.deep.equal([])
    expect(missingIn([], primary)).to.have.length(4)
    const behind = [builtIn, row(three[0]!), row(three[1]!, {appliedAt: null}), row(migration(3, 'SELECT 7'))]
    expect(missingIn(behind, primary)).to.deep.equal(['0002_m', '0003_m'])
  })

  it('ends the same after any prefix, any number of reruns, and any break that was repaired', () => {
    const all = Array.from({length: 9}, (_, index) => migration(index + 1, `SELECT ${index}`))
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 9}),
        fc.array(fc.integer({min: 0, max: 9}), {maxLength: 6}),
        (prefix, stops) => {
          const history: RecordedMigration[] = [builtIn]
          const ran: string[] = []
          const seed = (files: Migration[], stopAfter: number, asked = {}): void => {
            const {pending, refusals} = planMigrations(files, history, asked)
            expect(refusals).to.deep.equal([])
            for (const {migration: one} of pending.slice(0, stopAfter)) {
              ran.push(one.name)
              const known = history.findIndex(({version}) => version === one.version)
              history.splice(known === -1 ? history.length : known, 1, row(one))
            }
          }

          seed(all.slice(0, prefix), 9)
          for (const stop of stops) seed(all, stop)
          const next = all[ran.length]
          if (next) {
            history.push(row(next, {done: 1, appliedAt: null}))
            expect(planMigrations(all, history).refusals).to.have.length(1)
            seed(all, 1, {retry: next.name})
          }

          seed(all, 9)
          seed(all, 9)
          expect(ran).to.deep.equal(all.map(({name}) => name))
          expect(history).to.deep.equal([builtIn, ...all.map((one) => row(one))])
        },
      ),
    )
  })
})
