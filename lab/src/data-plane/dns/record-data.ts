/** Values of records: what Route 53 takes for each type, and how they stand in an answer. */

import {isIPv4, isIPv6} from 'node:net'

import type {ResourceRecordSet, RRType} from '@aws-sdk/client-route-53'
import type {Answer} from 'dns-packet'

import {isName, normalName} from './names.js'

/** The types that the lab serves. */
export const TYPES: ReadonlySet<RRType> = new Set<RRType>(['A', 'AAAA', 'CNAME', 'NS', 'SOA', 'TXT'])

const SOA =
  /^(?<mname>\S+) +(?<rname>\S+) +(?<serial>\d+) +(?<refresh>\d+) +(?<retry>\d+) +(?<expire>\d+) +(?<minimum>\d+)$/
/** A quoted string: a backslash takes the next character as it is, or three octal digits as a byte. */
const QUOTED = /\s*"((?:\\[0-7]{3}|\\[^0-7]|[^"\\])*)"/y
const MAX_STRING = 255

/**
 * Why a value is not one of its type; undefined where it is. The texts of A, AAAA and TXT are those that users report of AWS; those of the
 * others are assumed.
 */
export function faultOf(type: RRType, value: string): string | undefined {
  const fatal = (code: string, why: string): string => `FATAL problem: ${code} (${why}) encountered with '${value}'`
  switch (type) {
    case 'A':
      return isIPv4(value) ? undefined : fatal('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address')
    case 'AAAA':
      return isIPv6(value) ? undefined : fatal('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address')
    case 'TXT':
      return textFault(value, fatal)
    case 'SOA':
      return SOA.test(value) ? undefined : fatal('SOARRDATAIllegal', 'Value is not a valid SOA record')
    default:
      return isName(normalName(value)) ? undefined : fatal('DomainLabelIllegal', 'Value is not a valid domain name')
  }
}

function textFault(value: string, fatal: (code: string, why: string) => string): string | undefined {
  const strings = stringsOf(value)
  if (!strings) return fatal('InvalidCharacterString', 'Value should be enclosed in quotation marks')
  const isLong = strings.some((one) => one.length > MAX_STRING)
  return isLong ? fatal('CharacterStringTooLong', 'Value is too long') : undefined
}

/** The strings of a TXT record; undefined where they are not in quotation marks. */
function stringsOf(value: string): Buffer[] | undefined {
  const strings: Buffer[] = []
  QUOTED.lastIndex = 0
  while (QUOTED.lastIndex < value.trimEnd().length) {
    const found = QUOTED.exec(value)
    if (!found) return undefined
    strings.push(unescaped(found[1] ?? ''))
  }

  return strings.length > 0 ? strings : undefined
}

const unescaped = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gsu), ([, octal, literal, plain]) =>
      octal === undefined ? Buffer.from(literal ?? plain ?? '') : Buffer.from([Number.parseInt(octal, 8) & 0xff]),
    ),
  )

/** The records of a set, under the name that was asked for. Their values have been found to be good. */
export const answersOf = (name: string, {Type, TTL = 0, ResourceRecords = []}: ResourceRecordSet): Answer[] =>
  ResourceRecords.map(({Value = ''}) => answerOf(name, Type!, TTL, Value))

function answerOf(name: string, type: RRType, ttl: number, value: string): Answer {
  if (type === 'TXT') return {type, name, ttl, data: stringsOf(value)!}
  if (type !== 'SOA') return {type: type as 'A' | 'AAAA' | 'CNAME' | 'NS', name, ttl, data: value}
  const {mname = '', rname = '', serial, refresh, retry, expire, minimum} = SOA.exec(value)!.groups!
  const numbers = {serial, refresh, retry, expire, minimum}
  const data = {mname, rname, ...Object.fromEntries(Object.entries(numbers).map(([key, one]) => [key, Number(one)]))}
  return {type, name, ttl, data}
}
