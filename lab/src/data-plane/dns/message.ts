/** DNS messages: a question as bytes, and the answer to it. */

import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  type Answer,
  type Packet,
  type Question,
} from 'dns-packet'

import type {Resolution} from './resolution.js'

/** Undefined where the name is in none of the zones. */
export type Resolver = (name: string, type: string) => Resolution | undefined

const RCODES = {NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5} as const

/** Without EDNS (RFC 1035, 2.3.4). */
const PLAIN_SIZE = 512
/** That the lab offers and takes at the most. */
const EDNS_SIZE = 4096
const HEADER = 12

/** `limit`: bytes of an answer, where the transport has one of its own. Undefined for what deserves no answer. */
export function respond(message: Buffer, resolver: Resolver, limit?: number): Buffer | undefined {
  // An answer to an answer could go on for ever.
  if (message.length < HEADER || message.readUInt16BE(2) & 0x80_00) return undefined
  const id = message.readUInt16BE(0)
  // Its kind of query (a number of four bits), and whether recursion is desired, go back as they came.
  const kept = message.readUInt16BE(2) & (0x78_00 | RECURSION_DESIRED)
  const refusal = (rcode: keyof typeof RCODES, questions: Question[] = []): Buffer =>
    encode({type: 'response', id, flags: kept | RCODES[rcode], questions})
  let query: Packet
  try {
    query = decode(message)
  } catch {
    return refusal('FORMERR')
  }

  const {questions = [], additionals = []} = query
  if (kept & 0x78_00) return refusal('NOTIMP')
  const [question] = questions
  if (!question || questions.length > 1) return refusal('FORMERR')
  const edns = additionals.find((one) => one.type === 'OPT')
  const {class: asked = 'IN', name, type} = question
  const found = asked === 'IN' ? resolver(name, type) : undefined
  const packet: Packet = {
    type: 'response',
    id,
    flags: kept | RCODES[found?.rcode ?? 'REFUSED'] | (found?.authoritative ? AUTHORITATIVE_ANSWER : 0),
    questions,
    answers: found?.answers,
    authorities: found?.authorities,
    additionals: edns ? [OPT] : [],
  }
  const whole = encode(packet)
  const size = limit ?? Math.min(Math.max(edns?.udpPayloadSize ?? PLAIN_SIZE, PLAIN_SIZE), EDNS_SIZE)
  if (whole.length <= size) return whole
  // What is left out is asked for again over TCP.
  return encode({...packet, flags: packet.flags! | TRUNCATED_RESPONSE, answers: [], authorities: []})
}

const OPT: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: EDNS_SIZE,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}
