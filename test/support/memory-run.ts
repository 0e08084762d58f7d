/** A run whose files are in memory, kept whole over a killed process. */

import type {Run} from '../../src/ports/runs.js'

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
    ...run,
    append: async (...args) => (alive() ? run.append(...args) : never),
    writeJson: async (...args) => (alive() ? run.writeJson(...args) : never),
  }
}
