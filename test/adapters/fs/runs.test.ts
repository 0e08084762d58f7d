import {expect} from 'chai'
import fc from 'fast-check'
import {appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {FsRunStore} from '../../../src/adapters/fs/runs.js'
import {DrError} from '../../../src/errors.js'
import {thrownBy} from '../../support/thrown.js'

describe('runs on disk', () => {
  let folder: string
  let store: FsRunStore

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-runs-'))
    store = new FsRunStore(folder)
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  it('keeps lines in the order of the calls, although their waits overlap', async () => {
    const run = await store.create('failover')
    const numbers = Array.from({length: 50}, (_, n) => n)
    await Promise.all(numbers.map((n) => run.append('ledger.ndjson', {n}, {sync: n % 7 === 0})))
    expect(await run.read('ledger.ndjson')).to.deep.equal(numbers.map((n) => ({n})))
  })

  it('is readable by its owner alone', async () => {
    const run = await store.create('failover')
    await run.append('journal.ndjson', {a: 1})
    await run.writeJson('plan.json', {})
    expect(statSync(run.folder).mode & 0o777).to.equal(0o700)
    for (const file of ['journal.ndjson', 'plan.json']) {
      expect(statSync(join(run.folder, file)).mode & 0o777, file).to.equal(0o600)
    }
  })

  it('leaves out a line that was torn at any byte, and goes on behind it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat(), async (text, cut) => {
        const run = await store.create('torn')
        await run.append('journal.ndjson', {whole: 1})
        const line = Buffer.from(`${JSON.stringify({torn: text})}\n`)
        const kept = cut % (line.length + 1)
        appendFileSync(join(run.folder, 'journal.ndjson'), line.subarray(0, kept))
        // The object is whole as soon as its closing brace is there.
        const survived = kept >= line.length - 1 ? [{torn: text}] : []
        const after = await store.open(run.id)
        expect(await after.read('journal.ndjson')).to.deep.equal([{whole: 1}, ...survived])
        await after.append('journal.ndjson', {next: 2})
        expect(await after.read('journal.ndjson')).to.deep.equal([{whole: 1}, ...survived, {next: 2}])
      }),
      {numRuns: 40},
    )
  })

  it('does not pass over damage in the middle', async () => {
    const run = await store.create('damaged')
    writeFileSync(join(run.folder, 'journal.ndjson'), '{"a":1}\n{"b":\n{"c":3}\n')
    const error = await thrownBy(run.read('journal.ndjson'))
    expect(error).to.be.instanceOf(DrError).and.include({code: 'RunDamaged'})
    expect((error as DrError).why).to.contain('line 2')
  })

  it('replaces documents whole', async () => {
    const run = await store.create('failover')
    expect(await run.readJson('plan.json')).to.equal(undefined)
    await run.writeJson('plan.json', {v: 1})
    await run.writeJson('plan.json', {v: 2})
    expect(await run.readJson('plan.json')).to.deep.equal({v: 2})
    expect(JSON.parse(readFileSync(join(run.folder, 'plan.json'), 'utf8'))).to.deep.equal({v: 2})
  })

  it('lists all runs, the newest first', async () => {
    expect(await store.newestFirst()).to.deep.equal([])
    const older = await store.create('failover')
    await pause()
    const newer = await store.create('failback')
    await newer.writeJson('plan.json', {v: 1})
    const listed = await store.newestFirst()
    expect(listed.map(({id}) => id)).to.deep.equal([newer.id, older.id])
    expect(await listed[0]!.readJson('plan.json')).to.deep.equal({v: 1})
  })

  it('finds the newest run of an intent, whatever became of it', async () => {
    expect(await store.latest('teardown')).to.equal(undefined)
    await store.create('teardown')
    await pause()
    const newest = await store.create('teardown')
    await newest.writeJson('result.json', {})
    await pause()
    await store.create('deploy')
    const drill = await store.create('drill-region-loss')
    expect((await store.latest('teardown'))?.id).to.equal(newest.id)
    expect((await store.latest('drill-region-loss'))?.id).to.equal(drill.id)
    expect(await store.latest('drill')).to.equal(undefined)
  })

  it('opens no run that is not there, nor a path outside', async () => {
    for (const id of ['nope', '../runs', '..', 'a/b', '']) {
      expect(await thrownBy(store.open(id)), id).to.include({code: 'RunUnknown', exit: 'failed'})
    }
  })
})

/** Ids are told apart in order by the millisecond. */
const pause = (): Promise<void> => {
  const since = Date.now()
  return new Promise((done) => {
    const look = (): void => (Date.now() > since ? done() : void setImmediate(look))
    look()
  })
}
