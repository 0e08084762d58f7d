/** What the name servers of a zone say to a question (RFC 1034, 4.3.2; RFC 2308 for what there is not; RFC 4592 for wildcards). */

import type {ResourceRecordSet, RRType} from '@aws-sdk/client-route-53'
import type {Answer} from 'dns-packet'

import {isWithin, normalName, parentOf} from './names.js'
import {answersOf, TYPES} from './record-data.js'
import {chosen, type Situation} from './routing.js'
import type {Served} from './zone.js'

export interface Resolution {
  rcode: 'NOERROR' | 'NXDOMAIN'
  /** False for a referral to the name servers of a part of the zone. */
  authoritative: boolean
  answers: Answer[]
  authorities: Answer[]
}

/** Names of one zone that lead to each other are followed so far. */
const MAX_CHAIN = 8

/** `name` as it was asked, with its letters as they came; it is in the zone. */
export function resolve(served: Served, name: string, type: string, situation: Situation): Resolution {
  const answers: Answer[] = []
  let [asked, at] = [name, normalName(name)]
  for (let step = 0; step < MAX_CHAIN; step++) {
    const cut = delegationOf(served, at)
    if (cut)
      return {rcode: 'NOERROR', authoritative: answers.length > 0, answers, authorities: recordsOf(served, cut, 'NS')}
    const source = sourceOf(served, at)
    if (source === undefined) return negative(served, 'NXDOMAIN', answers)
    const cname = chosen(served, served.group(source, 'CNAME'), situation)
    if (!cname || type === 'CNAME' || type === 'ANY') {
      const types = type === 'ANY' ? served.types(source) : TYPES.has(type as RRType) ? [type as RRType] : []
      const found = types.flatMap((one) => chosen(served, served.group(source, one), situation) ?? [])
      answers.push(...found.flatMap((record) => answersOf(asked, record)))
      return answers.length > 0 ? positive(answers) : negative(served, 'NOERROR', answers)
    }

    answers.push(...answersOf(asked, cname))
    asked = targetOf(cname)
    at = normalName(asked)
    if (!isWithin(at, served.zone)) break
  }

  return positive(answers)
}

const targetOf = ({ResourceRecords = []}: ResourceRecordSet): string => ResourceRecords[0]?.Value ?? ''

const positive = (answers: Answer[]): Resolution => ({
  rcode: 'NOERROR',
  authoritative: true,
  answers,
  authorities: [],
})

/** The zone's SOA says how long the absence may be kept: the less of its own time to live and of its last field. */
function negative(served: Served, rcode: Resolution['rcode'], answers: Answer[]): Resolution {
  const authorities = recordsOf(served, served.zone, 'SOA').map((soa) =>
    soa.type === 'SOA' ? {...soa, ttl: Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0)} : soa,
  )
  return {rcode, authoritative: true, answers, authorities}
}

const recordsOf = (served: Served, name: string, type: RRType): Answer[] =>
  served.group(name, type).flatMap((record) => answersOf(name, record))

/** The name at or above this one, below the zone's own, that other name servers answer for. */
function delegationOf(served: Served, name: string): string | undefined {
  for (let at: string | undefined = name; at !== undefined && at !== served.zone; at = parentOf(at))
    if (served.group(at, 'NS').length > 0) return at
  return undefined
}

/** The name whose records answer: itself, or the wildcard next to the nearest name above that exists. */
function sourceOf(served: Served, name: string): string | undefined {
  if (served.exists(name)) return name
  let above = parentOf(name)
  while (above !== undefined && !served.exists(above)) above = parentOf(above)
  const wildcard = `*.${above}`
  return served.exists(wildcard) ? wildcard : undefined
}
