/** Runs in `<stateFolder>/runs/<id>`: folders 0700, files 0600, appends whole and in order, documents atomic. */

import {randomBytes} from 'node:crypto'
import {closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync} from 'node:fs'
import {mkdir, readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import writeFileAtomic from 'write-file-atomic'
import {DrError} from '../../errors.js'
import type {AppendOptions, KeepingRunStore, Run, RunDocument, RunLog} from '../../ports/runs.js'

const syncToDisk = promisify(fsync)
const NEWLINE = 0x0a

export class FsRunStore implements KeepingRunStore {
  readonly #folder: string

  /** @param stateFolder the target's folder; runs are kept in `runs` below it. */
  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'runs')
  }

  async create(intent: string): Promise<Run> {
    const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '')
    const id = `${stamp}-${intent}-${randomBytes(2).toString('hex')}`
    const folder = join(this.#folder, id)
    await mkdir(folder, {recursive: true, mode: 0o700}).catch((error: unknown) => {
      throw unwritable(this.#folder, error)
    })
    return new FsRun(id, folder)
  }

  async open(runId: string): Promise<Run> {
    const folder = join(this.#folder, runId)
    if (!/^[\w-]+$/.test(runId) || !(await exists(folder))) {
      throw new DrError({
        code: 'RunUnknown',
        exit: 'failed',
        what: `there is no run "${runId}"`,
        why: `runs of this target are stored in ${this.#folder}`,
        next: 'name a run from that folder, or leave it out to resume the newest unfinished run',
      })
    }

    return new FsRun(runId, folder)
  }

  async keep(runId: string, files: Partial<Record<RunDocument | RunLog, string>>): Promise<void> {
    const folder = join(this.#folder, runId)
    await mkdir(folder, {recursive: true, mode: 0o700})
    // The plan last: a run without one is no run yet.
    for (const name of ['journal.ndjson', 'result.json', 'plan.json'] as const)
      if (files[name] !== undefined) await writeFileAtomic(join(folder, name), files[name], {mode: 0o600})
  }

  async latest(intent: string): Promise<Run | undefined> {
    const ids = await readdir(this.#folder).catch(() => [])
    const id = ids.sort().findLast((one) => one.slice(one.indexOf('-') + 1, one.lastIndexOf('-')) === intent)
    return id === undefined ? undefined : new FsRun(id, join(this.#folder, id))
  }

  async newestFirst(): Promise<Run[]> {
    const ids = await readdir(this.#folder).catch(() => [])
    return ids
      .sort()
      .reverse()
      .map((id) => new FsRun(id, join(this.#folder, id)))
  }

  async unseen(): Promise<readonly []> {
    return []
  }
}

class FsRun implements Run {
  /** Files whose tail has been looked at by this object. */
  readonly #mended = new Set<RunLog>()

  constructor(
    readonly id: string,
    readonly folder: string,
  ) {}

  async append(file: RunLog, line: object, options: AppendOptions = {}): Promise<void> {
    // Written synchronously, so that lines stand in the order of the calls; only the wait for the disk is asynchronous.
    const descriptor = openSync(join(this.folder, file), 'a+', 0o600)
    try {
      if (!this.#mended.has(file)) {
        mendTail(descriptor)
        this.#mended.add(file)
      }

      const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
      // Half a line may be left by a full disk: the next one mends it.
      this.#mended.delete(file)
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
      this.#mended.add(file)
      if (options.sync) await syncToDisk(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  async read(file: RunLog): Promise<unknown[]> {
    const text = await readIfThere(join(this.folder, file))
    if (text === undefined) return []
    const lines = text.split('\n')
    const last = lines.pop()!
    const values = lines.map((line, index) => {
      const value = parsed(line)
      if (value === undefined) throw damaged(join(this.folder, file), `line ${index + 1} is not valid JSON`)
      return value
    })
    // A proper prefix of a JSON object is never JSON itself, so a tail that parses is a whole line without its newline.
    const tail = parsed(last)
    return tail === undefined ? values : [...values, tail]
  }

  async readJson(file: RunDocument): Promise<unknown> {
    const text = await readIfThere(join(this.folder, file))
    if (text === undefined) return undefined
    const value = parsed(text)
    if (value === undefined) throw damaged(join(this.folder, file), 'it is not valid JSON')
    return value
  }

  async writeJson(file: RunDocument, value: object): Promise<void> {
    await writeFileAtomic(join(this.folder, file), `${JSON.stringify(value, null, 2)}\n`, {mode: 0o600})
  }
}

/** After a kill in the middle of a write: ends a whole last line, cuts off a torn one. */
function mendTail(descriptor: number): void {
  const {size} = fstatSync(descriptor)
  if (size === 0) return
  const bytes = Buffer.alloc(size)
  for (let position = 0; position < size;) {
    const read = readSync(descriptor, bytes, position, size - position, position)
    if (read === 0) break
    position += read
  }

  if (bytes.at(-1) === NEWLINE) return
  const start = bytes.lastIndexOf(NEWLINE) + 1
  if (parsed(bytes.toString('utf8', start)) === undefined) ftruncateSync(descriptor, start)
  else writeSync(descriptor, '\n')
}

const unwritable = (folder: string, error: unknown): DrError =>
  new DrError({
    code: 'StateFolderUnwritable',
    exit: 'usage',
    what: `runs cannot be kept in ${folder}`,
    why: (error as Error).message,
    next: 'set XDG_STATE_HOME to a folder that can be written',
    cause: error,
  })

const damaged = (file: string, why: string): DrError =>
  new DrError({
    code: 'RunDamaged',
    exit: 'failed',
    what: `${file} is damaged`,
    why,
    next: 'look at the file; `todo-dr status` shows the current state',
  })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw damaged(path, (error as Error).message)
  }
}
