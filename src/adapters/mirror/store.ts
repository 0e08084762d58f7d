/**
 * Runs on this disk, with copies in every region that answers: a machine that is lost does not take the run with it. The
 * disk comes first and is what counts; a copy never fails a run, and holds it up for a moment at most.
 */

import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {isUnfinished} from '../../ports/runs.js'
import type {KeepingRunStore, Run, RunMirror, RunStore} from '../../ports/runs.js'
import type {Clock} from '../../ports/world.js'
import {systemClock} from '../clock.js'
import {readCopies} from './copies.js'
import type {Copy} from './copies.js'
import {MirroredRun} from './run.js'

/** An unfinished run that is older is nobody's emergency any more: too much may have happened since. */
const DAYS_BACK = 30
const DAY_MS = 24 * 60 * 60 * 1000
/** Runs that are looked at on each side: a later one that was carried out leaves those before it behind. */
const MOST = 5
/** Milliseconds between two times that the copies are listed. */
const AGAIN_MS = 500

interface Elsewhere {
  /** The newest runs that are kept elsewhere, oldest first. */
  ids: string[]
  /** That have answered. */
  regions: Region[]
}

export class MirroredRunStore implements RunStore {
  readonly #local: KeepingRunStore
  readonly #mirror: RunMirror
  readonly #emit: Emit
  readonly #clock: Clock
  readonly #waitMs: number
  readonly #open = new Map<string, MirroredRun>()
  /** What a command has listed and taken in once counts until its end. */
  #listed: Promise<Elsewhere> | undefined
  #taken: Promise<void> | undefined
  /** What was told of copies that cannot be read: once each. */
  readonly #told = new Set<string>()

  /** `waitMs`: where no region lists its copies, all are asked again for so many milliseconds. */
  constructor(
    local: KeepingRunStore,
    mirror: RunMirror,
    emit: Emit,
    {clock = systemClock, waitMs = 0}: {clock?: Clock; waitMs?: number} = {},
  ) {
    this.#local = local
    this.#mirror = mirror
    this.#emit = emit
    this.#clock = clock
    this.#waitMs = waitMs
  }

  async create(intent: string): Promise<Run> {
    return this.#mirrored(await this.#local.create(intent))
  }

  async open(runId: string): Promise<Run> {
    if (isRunId(runId)) await this.#takeIn([runId], await this.#elsewhere())
    return this.#mirrored(await this.#local.open(runId))
  }

  async latest(intent: string): Promise<Run | undefined> {
    const run = await this.#local.latest(intent)
    return run && this.#mirrored(run)
  }

  async newestFirst(): Promise<Run[]> {
    this.#taken ??= this.#takeInNewest()
    await this.#taken
    return this.#local.newestFirst()
  }

  async unseen(): Promise<readonly Region[]> {
    const {regions} = await this.#elsewhere()
    return this.#mirror.regions.filter((region) => !regions.includes(region))
  }

  /** Waits, a bounded while, until the copies are whole; then gives up those that are not. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((run) => run.close()))
  }

  async #mirrored(run: Run): Promise<Run> {
    const known = this.#open.get(run.id) ?? (await MirroredRun.over(run, this.#mirror, this.#emit, this.#clock))
    this.#open.set(run.id, known)
    return known
  }

  /** The newest of those that are kept elsewhere, and ours that are unfinished: they may have been finished elsewhere. */
  async #takeInNewest(): Promise<void> {
    const [ours, theirs] = await Promise.all([this.#local.newestFirst(), this.#elsewhere()])
    const here = await Promise.all(ours.map(async (run) => ({id: run.id, unfinished: await isUnfinished(run)})))
    const unfinished = here.filter((one) => one.unfinished).map(({id}) => id)
    const known = new Set(here.map(({id}) => id))
    await this.#takeIn([...unfinished.slice(0, MOST), ...theirs.ids.filter((id) => !known.has(id))], theirs)
  }

  #elsewhere(): Promise<Elsewhere> {
    return (this.#listed ??= this.#list())
  }

  async #list(): Promise<Elsewhere> {
    const all = this.#mirror.regions
    const since = Date.now() - DAYS_BACK * DAY_MS
    const ask = () => Promise.allSettled(all.map((region) => this.#mirror.list(region, since)))
    const until = this.#clock.now() + this.#waitMs
    let lists = await ask()
    while (lists.every(({status}) => status === 'rejected') && this.#clock.now() + AGAIN_MS < until) {
      await this.#clock.sleep(AGAIN_MS)
      lists = await ask()
    }

    const silent = all.filter((_, index) => lists[index]!.status === 'rejected')
    if (silent.length > 0) this.#emit({code: 'note', text: `cannot read the copies of runs in ${silent.join(' and ')}`})
    const ids = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []))
    return {
      ids: [...new Set(ids.filter((id) => isRunId(id)))].sort().slice(-MOST),
      regions: all.filter((region) => !silent.includes(region)),
    }
  }

  /**
   * Of each run the copy that knows most takes the place of what this disk knows less of. A copy that cannot be read is told: it may
   * know more, or be all that is left of an unfinished run.
   */
  async #takeIn(ids: string[], {regions}: Elsewhere): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const {found, unread} = await readCopies(this.#mirror, regions, id)
        for (const {region, why} of unread) this.#tellUnread(id, region, why)
        const best = found.sort(byKnowledge).at(-1)
        if (best === undefined || byKnowledge(await this.#known(id), best) >= 0) return
        await this.#local.keep(id, best.files)
        this.#emit({code: 'note', text: `run ${id} is known from its copy in ${best.region}`})
      }),
    )
  }

  #tellUnread(id: string, region: Region, why: string): void {
    const where = `cannot read the copy of run ${id} in ${region}`
    if (this.#told.has(where)) return
    this.#told.add(where)
    const hint = `if that run may be unfinished: todo-dr resume ${id}`
    this.#emit({code: 'warning', text: `${where}: ${why}`, hint})
  }

  async #known(id: string): Promise<Pick<Copy, 'finished' | 'lines'>> {
    const run = await this.#local.open(id).catch(() => undefined)
    const plan = await run?.readJson('plan.json')
    if (!run || plan === undefined) return {finished: false, lines: 0}
    const [result, lines] = await Promise.all([run.readJson('result.json'), run.read('journal.ndjson')])
    return {finished: result !== undefined, lines: lines.length}
  }
}

type Knowledge = Pick<Copy, 'finished' | 'lines'>

const byKnowledge = (left: Knowledge, right: Knowledge): number =>
  Number(left.finished) - Number(right.finished) || left.lines - right.lines

const isRunId = (text: string): boolean => /^\d{8}T\d{6,9}Z-[\w-]+$/.test(text)
