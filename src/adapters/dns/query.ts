/** One question to one name server over UDP, with a deadline. Node.js's own resolver keeps the time to live of a CNAME to itself. */

import {randomInt} from 'node:crypto'
import {createSocket} from 'node:dgram'
import {decode, encode, RECURSION_DESIRED} from 'dns-packet'
import type {StringAnswer} from 'dns-packet'
import {DrError, Unreachable} from '../../errors.js'
import type {CallOptions} from '../../ports/call.js'
import {abortAfter} from '../abort-after.js'

export interface DnsServer {
  host: string
  port: number
}

/** What a name server says of the CNAME of a name. */
export interface CnameAnswer {
  /** In lower case, without the last dot; undefined where the name has no CNAME. */
  target?: string
  ttlSeconds: number
}

const DEADLINE_MS = 1500
/** A datagram may be lost: the question is sent again after so many milliseconds. */
const AGAIN_MS = 400

/** RFC 1035: an answer, and that there is no such name. */
const RCODES = new Set([0, 3])

/** Throws `Unreachable` where nobody answers within 1.5 s, and `NameRefused` (it passes) where the server has no answer for this name. */
export async function askCname(
  {host, port}: DnsServer,
  name: string,
  {signal}: CallOptions = {},
): Promise<CnameAnswer> {
  const id = randomInt(0x1_00_00)
  const question = encode({type: 'query', id, flags: RECURSION_DESIRED, questions: [{type: 'CNAME', name}]})
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const again = setInterval(() => socket.send(question, port, host), AGAIN_MS)
  try {
    const answer = await abortAfter(
      DEADLINE_MS,
      signal,
      (inner) =>
        new Promise<CnameAnswer & {rcode: number}>((resolve, reject) => {
          inner.addEventListener('abort', () => reject(new Error('nobody waits any longer')), {once: true})
          socket.once('error', reject)
          socket.on('message', (message, {address}) => {
            const told = address === host ? answerIn(message, id, name) : undefined
            if (told) resolve(told)
          })
          socket.send(question, port, host)
        }),
    )
    if (!RCODES.has(answer.rcode)) throw refused(host, name, answer.rcode)
    return answer
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof DrError) throw error
    throw new Unreachable(`the name server ${host} did not answer`, error)
  } finally {
    clearInterval(again)
    socket.close()
  }
}

const refused = (host: string, name: string, rcode: number): DrError =>
  new DrError({
    code: 'NameRefused',
    exit: 'failed',
    what: `the name server ${host} does not answer for ${name} (RCODE ${rcode})`,
    next: 'compare the NS records of the zone with those of its registration',
    passing: true,
  })

/** Undefined for what is no answer to this question. */
function answerIn(message: Buffer, id: number, name: string): (CnameAnswer & {rcode: number}) | undefined {
  try {
    const packet = decode(message)
    if (packet.id !== id || packet.type !== 'response') return undefined
    const rcode = (packet.flags ?? 0) & 0xf
    const found = packet.answers?.find(
      (one): one is StringAnswer => one.type === 'CNAME' && plain(one.name) === plain(name),
    )
    return {rcode, ttlSeconds: found?.ttl ?? 0, ...(found && {target: plain(found.data)})}
  } catch {
    return undefined
  }
}

/** As names are compared: in lower case, without the last dot. */
export const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')
