/** What a template must be allowed to do before it is run. */

import {fault} from '../kernel.js'
import type {TemplateResource} from './template.js'

const IAM = 'AWS::IAM::'
/** Kinds of IAM resources whose name, such as a `Role`'s `RoleName`, wants an acknowledgement of its own. */
const NAMED = new Set(['Group', 'InstanceProfile', 'ManagedPolicy', 'Role', 'User'])

/** `CAPABILITY_NAMED_IAM` for IAM resources with names, `CAPABILITY_IAM` for others, undefined without any. */
export function requiredCapability(resources: Record<string, TemplateResource>): string | undefined {
  const iam = Object.values(resources).filter(({Type}) => Type.startsWith(IAM))
  if (iam.length === 0) return undefined
  const named = iam.some(({Type, Properties}) => {
    const kind = Type.slice(IAM.length)
    return NAMED.has(kind) && Properties?.[`${kind}Name`] !== undefined
  })
  return named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'
}

/** Throws `InsufficientCapabilitiesException` where the caller did not acknowledge what the template does. */
export function checkCapabilities(resources: Record<string, TemplateResource>, given: readonly string[]): void {
  const required = requiredCapability(resources)
  if (required === undefined || given.includes(required) || given.includes('CAPABILITY_NAMED_IAM')) return
  throw fault('InsufficientCapabilitiesException', `Requires capabilities : [${required}]`)
}
