/** What a client may send. Every function here returns a value that is safe to store, or throws a 400. */

import {badRequest} from './answer.js'

/** In characters (code points), as the table's columns count them. */
export const MAX_TASK = 500
export const MAX_STATUS = 50

export const MAX_PAGE = 100
const DEFAULT_PAGE = 20
export const MAX_REQUEST_IDS = 5000

const MAX_ID = 2n ** 63n - 1n

export interface ToDoInput {
  id?: string
  task: string
  status: string
  /** Idempotency key of a create. */
  requestId?: string
}

export function parseToDo(body: Record<string, unknown>): ToDoInput {
  refuseUnknown(body, ['id', 'task', 'status', 'requestId'])
  return {
    ...(body.id !== undefined && {id: parseId(body.id)}),
    task: text('task', body.task, MAX_TASK),
    status: text('status', body.status, MAX_STATUS),
    ...(body.requestId !== undefined && {requestId: parseRequestId(body.requestId)}),
  }
}

export function parseRemoval(body: Record<string, unknown>): string {
  refuseUnknown(body, ['id'])
  return parseId(body.id)
}

/** A positive integer as a string without leading zeros: ids of 64 bits do not survive JSON's numbers. */
export function parseId(value: unknown): string {
  if (typeof value !== 'string' || !/^[1-9]\d{0,18}$/.test(value) || BigInt(value) > MAX_ID) {
    throw badRequest('InvalidId', 'The id must be a positive integer, as a string.')
  }

  return value
}

export interface Page {
  limit: number
  /** Only ids above it. */
  after: string
}

export function parsePage(query: Record<string, unknown>): Page {
  const {limit = DEFAULT_PAGE, next} = query
  const size = Number(limit)
  if (!/^\d{1,3}$/.test(String(limit)) || size < 1 || size > MAX_PAGE) {
    throw badRequest('InvalidLimit', `The limit must be between 1 and ${MAX_PAGE}.`)
  }

  if (next === undefined || next === '') return {limit: size, after: '0'}
  if (typeof next !== 'string' || !/^\d{1,19}$/.test(next) || BigInt(next) > MAX_ID) {
    throw badRequest('InvalidNext', 'The value of next must be one that a list has given.')
  }

  return {limit: size, after: next}
}

export function parseRequestIds(payload: Record<string, unknown>): string[] {
  refuseUnknown(payload, ['requestIds'])
  const {requestIds} = payload
  if (!Array.isArray(requestIds) || requestIds.length > MAX_REQUEST_IDS) {
    throw badRequest('InvalidRequestIds', `requestIds must be an array of at most ${MAX_REQUEST_IDS}.`)
  }

  return requestIds.map((value) => parseRequestId(value))
}

function parseRequestId(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w.:-]{1,64}$/.test(value)) {
    throw badRequest('InvalidRequestId', 'A requestId has 1 to 64 letters, digits, and . _ : -')
  }

  return value
}

function text(name: string, value: unknown, max: number): string {
  const code = name[0]!.toUpperCase() + name.slice(1)
  if (typeof value !== 'string' || value.trim() === '') {
    throw badRequest(`Invalid${code}`, `The ${name} must be a string that is not blank.`)
  }

  // Half a surrogate pair is no character: the database would refuse it, or store something else.
  if (!isWellFormed(value)) throw badRequest('InvalidEncoding', `The ${name} holds half a surrogate pair.`)
  if ([...value].length > max) throw badRequest(`${code}TooLong`, `The ${name} is longer than ${max} characters.`)
  return value
}

const isWellFormed = (value: string): boolean => !/\p{Surrogate}/u.test(value)

/** A misspelt member must not turn an update into a create. */
function refuseUnknown(body: Record<string, unknown>, known: string[]): void {
  if (Object.keys(body).some((key) => !known.includes(key))) {
    throw badRequest('UnknownMember', `The body may hold ${known.join(', ')} and nothing else.`)
  }
}
