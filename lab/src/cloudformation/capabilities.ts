/** What a template must be allowed to do before it is run. */

import {fault} from '../kernel.js'
import type {TemplateResource} from './template.js'

const IAM_NAMES: Record<string, string> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
}

/** `CAPABILITY_NAMED_IAM` for IAM resources with names, `CAPABILITY_IAM` for others, undefined without any. */
export function requiredCapability(resources: Record<string, TemplateResource>): string | undefined {
  const iam = Object.values(resources).filter(({Type}) => Type.startsWith('AWS::IAM::'))
  if (iam.length === 0) return undefined
  const named = iam.some(({Type, Properties}) => Properties?.[IAM_NAMES[Type] ?? ''] !== undefined)
  return named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'
}

/** Throws `InsufficientCapabilitiesException` where the caller did not acknowledge what the template does. */
export function checkCapabilities(resources: Record<string, TemplateResource>, given: readonly string[]): void {
  const required = requiredCapability(resources)
  if (required === undefined || given.includes(required) || given.includes('CAPABILITY_NAMED_IAM')) return
  throw fault('InsufficientCapabilitiesException', `Requires capabilities : [${required}]`)
}
