/** How AWS's services say that an input is not what its model allows. */

import {fault} from '../kernel.js'
import type {ServiceFault} from '../kernel.js'
import type {Protocol, Refusal, ServiceApi, Violation} from '../service.js'

export type Violations = readonly [Violation, ...Violation[]]

interface Codes {
  value: string
  type: string
  /** For what stands outside of a body, where that is another one. */
  bound?: string
}

/**
 * Sources: the common errors pages of the API references of IAM, SSM and EC2 (`ValidationError`, `ValidationException`, `MalformedInput`,
 * `InvalidParameterValue`); the errors of CloudFront's operations (`InvalidArgument`), and what its clients report (`MalformedXML`, as in
 * fog/fog#3428); answers of AWS that LocalStack has recorded in its tests (`SerializationException`).
 */
const CODES: Record<Protocol, Codes> = {
  json: {value: 'ValidationException', type: 'SerializationException'},
  cbor: {value: 'ValidationException', type: 'SerializationException'},
  restJson: {value: 'ValidationException', type: 'SerializationException'},
  restXml: {value: 'MalformedXML', type: 'MalformedXML', bound: 'InvalidArgument'},
  query: {value: 'ValidationError', type: 'MalformedInput'},
  ec2: {value: 'InvalidParameterValue', type: 'InvalidParameterValue'},
}

/** The service's refusal of an input. */
export function refusal(
  {invalid}: Pick<ServiceApi, 'invalid'>,
  operation: string,
  protocol: Protocol,
  violations: Violations,
): ServiceFault {
  const own = typeof invalid === 'function' ? invalid(operation, violations) : undefined
  if (own) return fault(own.code, own.message, own.status)
  const {value, type, bound} = CODES[protocol]
  const [{kind, inBody}] = violations
  const code = (!inBody && bound) || (kind === 'type' ? type : typeof invalid === 'string' ? invalid : value)
  return fault(code, validationText(violations))
}

/**
 * The text of most services. Source: answers of AWS in LocalStack's recorded tests, such as "1 validation error detected: Value 'wrong'
 * at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d".
 */
export function validationText(violations: Violations, nameOf = placeOf): string {
  const [{kind, rule}] = violations
  if (kind === 'type') return rule
  const said = violations.map((one) => `${valueOf(one)} at '${nameOf(one)}' failed to satisfy constraint: ${one.rule}`)
  return `${said.length} validation error${said.length === 1 ? '' : 's'} detected: ${said.join('; ')}`
}

/** `distributionConfig.origins.items.1.member.domainName` */
export const placeOf = ({path}: Violation): string =>
  path.map((name) => (/^\d+$/.test(name) ? `${name}.member` : lowerFirst(name))).join('.')

export const lowerFirst = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`

/** For services that have one code and the usual text. */
export const saying = (code: string, message: string, status = 400): Refusal => ({code, message, status})

function valueOf({kind, value, sensitive}: Violation): string {
  if (kind === 'missing') return 'Value null'
  return sensitive || value instanceof Uint8Array ? 'Value' : `Value '${textOf(value)}'`
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item)).join(', ')}]`
  if (typeof value !== 'object' || value === null || value instanceof String) return String(value)
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}=${textOf(item)}`)
    .join(', ')}}`
}
