import {DrError} from '../../errors.js'
import type {LabAdmin, LabFaultKind, LabStatus} from '../../ports/lab-admin.js'
import {administratorOf} from './credentials.js'
import {callLab, LabRefusal} from './http.js'
import {noLab} from './list.js'
import {readRecord} from './record.js'

const STATUS_DEADLINE_MS = 10_000
/** A fault stops processes, and its end starts them again. */
const FAULT_DEADLINE_MS = 60_000

/** Talks to the lab of this name. It is looked up at each call: a lab may be started and stopped meanwhile. */
export function connectLab(name: string): LabAdmin {
  const call = async <T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    deadline: number,
    body?: object,
  ): Promise<T> => {
    const record = await readRecord(name)
    if (!record) throw await noLab(name)
    const {endpoint} = record
    if (!endpoint) throw await noLab(name, 'a lab is starting')
    const {secretAccessKey: secret} = await administratorOf(name)
    try {
      return await callLab<T>({endpoint, secret}, method, path, deadline, body)
    } catch (error) {
      throw await translate(name, error)
    }
  }

  return {
    status: () => call<LabStatus>('GET', '/_lab/status', STATUS_DEADLINE_MS),
    async startFault(kind: LabFaultKind, region, mode) {
      await call('POST', '/_lab/faults', FAULT_DEADLINE_MS, {kind, region, mode})
    },
    async liftFault(kind, region) {
      await call('DELETE', '/_lab/faults', FAULT_DEADLINE_MS, {kind, region})
    },
    async setLag(ms) {
      await call('PUT', '/_lab/lag', STATUS_DEADLINE_MS, {ms})
    },
    async zone(name) {
      await call('PUT', '/_lab/zone', STATUS_DEADLINE_MS, {name})
    },
    async connection(arn, repository) {
      await call('PUT', '/_lab/connection', STATUS_DEADLINE_MS, {arn, repository})
    },
  }
}

async function translate(name: string, error: unknown): Promise<DrError> {
  if (error instanceof LabRefusal) {
    return new DrError({
      code: error.code,
      exit: error.status < 500 ? 'usage' : 'failed',
      what: `the lab "${name}" rejected the request: ${error.message}`,
      next: 'todo-dr lab logs',
      cause: error,
    })
  }

  const {code, message} = error as NodeJS.ErrnoException
  // Reset: its listener was still open for the instant in which it died.
  if (['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(code ?? ''))
    return noLab(name, 'the last lab crashed; the next start removes its leftovers', error)
  return new DrError({
    code: 'LabSilent',
    exit: 'failed',
    what: `the lab "${name}" does not answer`,
    why: message,
    next: 'todo-dr lab logs, or todo-dr lab stop',
    cause: error,
  })
}
