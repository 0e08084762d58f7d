/** A run whose files are in memory, kept whole over a killed process. */

import type {JournalLine} from '../../src/engine/journal.js'
import type {KeepingRunStore, Run, RunStore} from '../../src/ports/runs.js'

export function memoryRun(id = '20260101T000000Z-test-0001'): Run {
  const logs: Record<string, unknown[]> = {}
  const documents: Record<string, unknown> = {}
  return {
    id,
    folder: `/runs/${id}`,
    async append(file, line) {
      ;(logs[file] ??= []).push(structuredClone(line))
    },
    read: async (file) => structuredClone(logs[file] ?? []),
    async writeJson(file, value) {
      documents[file] = structuredClone(value)
    },
    readJson: async (file) => structuredClone(documents[file]),
  }
}

/** The same run as one process sees it: nothing is written any more once `alive` says no. */
export function runOf(run: Run, alive: () => boolean): Run {
  const never = new Promise<never>(() => undefined)
  return {
    id: run.id,
    folder: run.folder,
    read: (file) => run.read(file),
    readJson: (file) => run.readJson(file),
    append: async (...args) => (alive() ? run.append(...args) : never),
    writeJson: async (...args) => (alive() ? run.writeJson(...args) : never),
  }
}

/** Runs in memory; `kept` are those of earlier processes, and those that are made. */
export function memoryRuns(kept: Run[] = []): KeepingRunStore {
  return {
    async create(intent) {
      kept.push(memoryRun(`2026010${kept.length}T000000Z-${intent}-0001`))
      return kept.at(-1)!
    },
    open: async (id) => kept.find((run) => run.id === id)!,
    latest: async (intent) => kept.findLast(({id}) => id.split('-')[1] === intent),
    async keep(id, {'plan.json': plan, 'journal.ndjson': journal = '', 'result.json': result}) {
      const run = memoryRun(id)
      const known = kept.findIndex((one) => one.id === id)
      if (known === -1) kept.push(run)
      else kept[known] = run
      if (plan !== undefined) await run.writeJson('plan.json', JSON.parse(plan) as object)
      if (result !== undefined) await run.writeJson('result.json', JSON.parse(result) as object)
      for (const line of journal.trim().split('\n')) await run.append('journal.ndjson', JSON.parse(line) as object)
    },
    newestFirst: async () => [...kept].reverse(),
    unseen: async () => [],
  }
}

/** The newest that has a plan and no result, of a store whose plans and journals are those of no deployment. */
export async function newestUnfinished(runs: RunStore): Promise<Run | undefined> {
  for (const run of await runs.newestFirst())
    if ((await run.readJson('plan.json')) && !(await run.readJson('result.json'))) return runs.open(run.id)
  return undefined
}

export const journalOf = async (run: Run): Promise<JournalLine[]> => (await run.read('journal.ndjson')) as JournalLine[]
