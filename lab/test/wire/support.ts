import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {SERVICES} from '../../src/aws/index.js'
import type {CallContext, Operation, Service} from '../../src/kernel.js'
import type {ServiceApi} from '../../src/service.js'
import {LocalLab} from '../../src/lab.js'
import {PROFILES} from '../../src/profile.js'

export interface TestLab {
  lab: LocalLab
  logs: string[]
  /** What an SDK client of this lab is built with. */
  client(region?: string): {
    endpoint: string
    region: string
    credentials: {accessKeyId: string; secretAccessKey: string}
    maxAttempts: number
  }
  close(): Promise<void>
}

/** A lab without services, on a free port. */
export async function testLab(...services: ((lab: LocalLab) => Service)[]): Promise<TestLab> {
  const folder = await mkdtemp(join(tmpdir(), 'todo-dr-lab-'))
  const logs: string[] = []
  const lab = await LocalLab.start({
    name: 'test',
    home: 'us-east-1',
    away: 'us-east-2',
    folder,
    profile: PROFILES.instant,
    port: 0,
    pki: {caFile: '', issue: () => Promise.reject(new Error('this lab has no certificates'))},
    log: (part, text) => logs.push(`${part}: ${text}`),
  })
  for (const make of services) lab.register(make(lab))
  return {
    lab,
    logs,
    client: (region = 'us-east-2') => ({
      endpoint: lab.endpoint,
      region,
      credentials: keysOf(lab),
      maxAttempts: 1,
    }),
    async close() {
      await lab.stop()
      await rm(folder, {recursive: true, force: true})
    },
  }
}

/** The administrator's, as a client takes them. */
export function keysOf({credentials}: LocalLab): {accessKeyId: string; secretAccessKey: string} {
  const {accessKeyId, secretAccessKey} = credentials.administrator
  return {accessKeyId, secretAccessKey}
}

export interface Seen {
  operation: string
  input: Record<string, unknown>
  context: CallContext
}

/** How AWS's service of this name is spoken to. */
export function apiOf(signingName: string): ServiceApi {
  const found = SERVICES.find(({api}) => api?.signingName === signingName)?.api
  if (!found) throw new Error(`the lab has no service ${signingName}`)
  return found
}

/** A service that answers with what the test says and keeps what it was asked. */
export function scripted(
  signingName: string,
  answers: Record<string, unknown>,
  placement?: ServiceApi['placement'],
): Service & {seen: Seen[]} {
  const seen: Seen[] = []
  const operations: Record<string, Operation> = {}
  for (const [operation, answer] of Object.entries(answers)) {
    operations[operation] = (input, context) => {
      seen.push({operation, input, context})
      return typeof answer === 'function' ? (answer as Operation)(input, context) : answer
    }
  }

  const api = apiOf(signingName)
  return {api: {...api, placement: placement ?? api.placement}, operations, seen}
}

/** An SDK answer without the SDK's own metadata. */
export const plain = <T extends {$metadata?: unknown}>({$metadata: _, ...output}: T): Omit<T, '$metadata'> => output
