/** Stack parameters: defaults, previous values, constraints, and values read from SSM. */

import type {Lab} from '../kernel.js'
import {own} from '../own.js'
import {validationError, type Template, type TemplateParameter} from './template.js'

/** A parameter as a caller gives it. */
export interface GivenParameter {
  ParameterKey?: string
  ParameterValue?: string
  UsePreviousValue?: boolean
}

export interface StackParameter {
  /** As given: for an SSM type the name of the SSM parameter. */
  given: string
  /** What Ref gives. */
  value: string | string[]
  noEcho: boolean
  /** Whether `value` was read from SSM. */
  resolved: boolean
}

export type StackParameters = Record<string, StackParameter>

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/

/** The values of all of a template's parameters. Throws `ValidationError` for a missing, unknown or forbidden value. */
export async function resolveParameters(
  template: Template,
  given: readonly GivenParameter[],
  previous: StackParameters,
  lab: Pick<Lab, 'call'>,
  region: string,
): Promise<StackParameters> {
  const declared = template.Parameters ?? {}
  const extra = given.map(({ParameterKey}) => ParameterKey ?? '').filter((key) => !Object.hasOwn(declared, key))
  if (extra.length > 0) throw validationError(`Parameters: [${extra.join(', ')}] do not exist in the template`)

  const texts = new Map<string, string>()
  for (const [name, parameter] of Object.entries(declared)) {
    const text = givenText(name, parameter, given, previous)
    if (text !== undefined) texts.set(name, text)
  }
  const missing = Object.keys(declared).filter((name) => !texts.has(name))
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`)

  const entries = [...texts].map(async ([name, text]): Promise<[string, StackParameter]> => {
    const parameter = declared[name]!
    const ssm = SSM_VALUE.exec(parameter.Type)
    checkConstraints(name, text, parameter)
    const raw = ssm ? await fromSsm(lab, region, name, text) : text
    const type = ssm?.[1] ?? parameter.Type
    const value =
      type.startsWith('List<') || type === 'CommaDelimitedList' ? raw.split(',').map((part) => part.trim()) : raw
    return [name, {given: text, value, noEcho: String(parameter.NoEcho) === 'true', resolved: ssm !== null}]
  })
  return Object.fromEntries(await Promise.all(entries))
}

function givenText(
  name: string,
  parameter: TemplateParameter,
  given: readonly GivenParameter[],
  previous: StackParameters,
): string | undefined {
  const argument = given.find(({ParameterKey}) => ParameterKey === name)
  if (argument?.UsePreviousValue) return own(previous, name)?.given
  if (argument?.ParameterValue !== undefined) return argument.ParameterValue
  if (parameter.Default === undefined) return undefined
  return Array.isArray(parameter.Default) ? parameter.Default.join(',') : String(parameter.Default)
}

async function fromSsm(lab: Pick<Lab, 'call'>, region: string, parameter: string, name: string): Promise<string> {
  try {
    const {Parameter} = await lab.call('ssm', 'GetParameter', {Name: name, WithDecryption: false}, region)
    return String(Parameter.Value)
  } catch (error) {
    if ((error as {code?: string}).code !== 'ParameterNotFound') throw error
    throw validationError(
      `Unable to fetch parameters [${name}] from parameter store for this account. (template parameter ${parameter})`,
    )
  }
}

function checkConstraints(name: string, text: string, parameter: TemplateParameter): void {
  const because = (rule: string) =>
    validationError(
      `Parameter '${name}' ${parameter.ConstraintDescription ? `failed to satisfy constraint: ${parameter.ConstraintDescription}` : rule}`,
    )
  if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(text))
    throw because(`must be one of AllowedValues`)
  if (parameter.AllowedPattern !== undefined && !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(text))
    throw because(`must match pattern ${parameter.AllowedPattern}`)
  if (text.length < Number(parameter.MinLength ?? 0))
    throw because(`must contain at least ${parameter.MinLength} characters`)
  if (text.length > Number(parameter.MaxLength ?? Infinity))
    throw because(`must contain at most ${parameter.MaxLength} characters`)
  if (parameter.Type !== 'Number') return
  const number = Number(text)
  if (text.trim() === '' || Number.isNaN(number)) throw because('must be a number')
  if (number < Number(parameter.MinValue ?? -Infinity))
    throw because(`must be a number not less than ${parameter.MinValue}`)
  if (number > Number(parameter.MaxValue ?? Infinity))
    throw because(`must be a number not greater than ${parameter.MaxValue}`)
}

/** The values that Ref gives. */
export const valuesOf = (parameters: StackParameters): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(parameters).map(([name, {value}]) => [name, value]))
