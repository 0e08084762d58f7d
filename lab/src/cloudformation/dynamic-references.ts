/**
 * `{{resolve:service:...}}` in resource properties: read just before a provider is called, and never kept, so that no secret
 * shows in events, descriptions or comparisons.
 */

import type {Lab} from '../kernel.js'
import {isRecord, validationError} from './template.js'

const REFERENCE = /\{\{resolve:([a-z-]+):([^{}]+)\}\}/g

/** The value with every dynamic reference replaced. Throws `ValidationError`, or the fault of the service asked. */
export async function resolveDynamicReferences(
  value: unknown,
  lab: Pick<Lab, 'call'>,
  region: string,
): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, lab, region)
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, lab, region)))
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(
    async ([key, member]) => [key, await resolveDynamicReferences(member, lab, region)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function resolveText(text: string, lab: Pick<Lab, 'call'>, region: string): Promise<string> {
  if (!text.includes('{{resolve:')) return text
  const found = await Promise.all(
    [...text.matchAll(REFERENCE)].map(([, service = '', rest = '']) => lookUp(service, rest, lab, region)),
  )
  let index = 0
  return text.replaceAll(REFERENCE, () => found[index++]!)
}

async function lookUp(service: string, rest: string, lab: Pick<Lab, 'call'>, region: string): Promise<string> {
  if (service === 'secretsmanager') return fromSecret(rest, lab, region)
  if (service !== 'ssm' && service !== 'ssm-secure')
    throw validationError(`Dynamic reference to ${service} is not supported by the lab`)
  const {Parameter} = await lab.call(
    'ssm',
    'GetParameter',
    {Name: rest, WithDecryption: service === 'ssm-secure'},
    region,
  )
  return String(Parameter.Value)
}

/** `secret-id:SecretString:json-key:version-stage:version-id`, where the secret id may be an ARN of seven parts. */
async function fromSecret(rest: string, lab: Pick<Lab, 'call'>, region: string): Promise<string> {
  const parts = rest.split(':')
  const idLength = rest.startsWith('arn:') ? 7 : 1
  const SecretId = parts.slice(0, idLength).join(':')
  const [kind = 'SecretString', key, stage, version] = parts.slice(idLength)
  if (kind !== 'SecretString')
    throw validationError(`Dynamic reference to ${kind} of a secret: only SecretString is supported`)
  const input = {SecretId, ...(stage ? {VersionStage: stage} : {}), ...(version ? {VersionId: version} : {})}
  const {SecretString} = await lab.call('secretsmanager', 'GetSecretValue', input, region)
  if (!key) return String(SecretString)
  const member = jsonMember(String(SecretString), key)
  if (member === undefined)
    throw validationError(`Could not find a value associated with JSONKey in SecretString (key ${key} of ${SecretId})`)
  return member
}

function jsonMember(text: string, key: string): string | undefined {
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[key]
    return value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
  } catch {
    return undefined
  }
}
