import {createHash} from 'node:crypto'

import {arn, fault} from '../../kernel.js'

/** The account's part of every RDS host name in a region: 12 characters, the same for the life of a lab. */
const hostSuffix = (lab: string, region: string): string => digest(`${lab} ${region}`)

/** The id that RDS gives a resource, such as `cluster-ABC...`: the same for the same kind, region and name. */
export const resourceId = (prefix: string, ...parts: string[]): string =>
  `${prefix}-${digest(parts.join(' '), 26).toUpperCase()}`

/** Letters and digits, first a letter. */
function digest(text: string, length = 12): string {
  const hash = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`).toString(36)
  return `c${hash.slice(0, length - 1)}`
}

/** What a server certificate of the region must carry so that clients can verify every name below. */
export const certificateNames = (lab: string, region: string): string[] => {
  const suffix = hostSuffix(lab, region)
  const domain = `${region}.rds.amazonaws.com`
  return [
    'localhost',
    ...['proxy', 'endpoint.proxy', 'cluster', 'cluster-ro'].map((kind) => `*.${kind}-${suffix}.${domain}`),
    `*.${suffix}.${domain}`,
  ]
}

type HostKind = 'proxy' | 'endpoint.proxy' | 'cluster' | 'cluster-ro' | 'instance'

export const hostName = (kind: HostKind, name: string, lab: string, region: string): string => {
  const suffix = hostSuffix(lab, region)
  return `${name}.${kind === 'instance' ? suffix : `${kind}-${suffix}`}.${region}.rds.amazonaws.com`
}

export const rdsArn = (region: string, kind: string, name: string): string => arn('rds', region, `${kind}:${name}`)

/** A global cluster's ARN names no region. */
export const globalArn = (id: string): string => rdsArn('', 'global-cluster', id)

/** RDS stores identifiers in lower case, and compares them so. Throws InvalidParameterValue for what RDS would not take. */
export function identifier(value: string | undefined, parameter: string): string {
  const id = value?.toLowerCase() ?? ''
  if (/^[a-z](?!.*--)[\da-z-]{0,62}(?<!-)$/.test(id)) return id
  throw fault(
    'InvalidParameterValue',
    `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII ` +
      'letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.',
  )
}

/** Names of groups may also hold periods and the like; they too are stored in lower case. */
export function groupName(value: string | undefined, parameter: string): string {
  const name = value?.toLowerCase() ?? ''
  if (/^[a-z][\w .-]{0,254}$/.test(name)) return name
  throw fault('InvalidParameterValue', `The parameter ${parameter} is not a valid identifier.`)
}

/** `arn:aws:rds:REGION:ACCOUNT:cluster:ID`, or the id alone. */
export function clusterReference(value: string | undefined, here: string): {region: string; id: string} {
  const parts = (value ?? '').split(':')
  if (parts.length === 1) return {region: here, id: parts[0]!.toLowerCase()}
  if (parts.length === 7 && parts[2] === 'rds' && parts[5] === 'cluster')
    return {region: parts[3]!, id: parts[6]!.toLowerCase()}
  throw fault('InvalidParameterValue', `Invalid database cluster identifier: ${value}`)
}
