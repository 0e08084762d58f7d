import {createHash, randomUUID} from 'node:crypto'

import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'

import type {FunctionSpec} from '../../data-plane/lambda/invocation.js'
import {arn, fault} from '../../kernel.js'

const DEFAULT_TIMEOUT = 3
const DEFAULT_MEMORY = 128
const NAME = /^(?:(?:arn:aws:lambda:[\w-]+:)?(?:\d{12}:)?function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/

export interface FunctionRecord {
  spec: FunctionSpec
  configuration: FunctionConfiguration
  tags: Record<string, string>
}

export type Configurable = Pick<
  UpdateFunctionConfigurationRequest,
  | 'Description'
  | 'Environment'
  | 'Handler'
  | 'KMSKeyArn'
  | 'Layers'
  | 'LoggingConfig'
  | 'MemorySize'
  | 'Role'
  | 'Runtime'
  | 'Timeout'
  | 'TracingConfig'
  | 'VpcConfig'
>

/** The bare name out of a name, an ARN or a partial ARN; only the latest version exists here. */
export function functionName(given: string | undefined): string {
  const [, name, qualifier] = NAME.exec(given ?? '') ?? []
  if (!name)
    throw invalid(`1 validation error detected: Value '${given}' at 'functionName' failed to satisfy constraint`)
  if (qualifier && qualifier !== '$LATEST') throw notFound(`function:${name}:${qualifier}`)
  return name
}

export const invalid = (message: string) => fault('InvalidParameterValueException', message, 400, {Type: 'User'})

export const notFound = (resource: string) =>
  fault('ResourceNotFoundException', `Function not found: ${resource}`, 404, {Type: 'User'})

export const digestOf = (zip: Uint8Array): string => createHash('sha256').update(zip).digest('base64')

/** A function as new. @throws InvalidParameterValueException; NotImplemented for what the lab can't run, by name */
export function newRecord(
  input: CreateFunctionRequest,
  region: string,
  zip: Uint8Array,
  codeFolder: string,
): FunctionRecord {
  const name = functionName(input.FunctionName)
  if (!input.Role) throw invalid('The role defined for the function cannot be assumed by Lambda.')
  const record: FunctionRecord = {
    spec: {
      name,
      arn: arn('lambda', region, `function:${name}`),
      region,
      role: input.Role,
      handler: '',
      runtime: '',
      timeoutSeconds: DEFAULT_TIMEOUT,
      memoryMb: DEFAULT_MEMORY,
      variables: {},
      logFormat: 'Text',
      codeFolder,
    },
    configuration: {
      FunctionName: name,
      FunctionArn: arn('lambda', region, `function:${name}`),
      Version: '$LATEST',
      PackageType: 'Zip',
      Architectures: input.Architectures ?? ['x86_64'],
      EphemeralStorage: input.EphemeralStorage ?? {Size: 512},
      DeadLetterConfig: input.DeadLetterConfig,
      SnapStart: {ApplyOn: 'None', OptimizationStatus: 'Off'},
      State: 'Active',
      LastUpdateStatus: 'Successful',
    },
    tags: {...input.Tags},
  }
  return withCode(
    withConfiguration(record, {Timeout: DEFAULT_TIMEOUT, MemorySize: DEFAULT_MEMORY, ...input}),
    zip,
    codeFolder,
  )
}

export function withCode(record: FunctionRecord, zip: Uint8Array, codeFolder: string): FunctionRecord {
  return revised({
    ...record,
    spec: {...record.spec, codeFolder},
    configuration: {...record.configuration, CodeSize: zip.length, CodeSha256: digestOf(zip)},
  })
}

/** What the input leaves out stays as it is. */
export function withConfiguration(record: FunctionRecord, input: Configurable): FunctionRecord {
  const {spec, configuration} = record
  const runtime = input.Runtime ?? spec.runtime
  const handler = input.Handler ?? spec.handler
  const timeout = input.Timeout ?? spec.timeoutSeconds
  const memory = input.MemorySize ?? spec.memoryMb
  if (!runtime.startsWith('nodejs'))
    throw fault('NotImplemented', `lambda: the lab supports only Node.js, not ${runtime}`, 501)
  if (input.Layers?.length) throw fault('NotImplemented', 'lambda: the lab does not support layers', 501)
  if (!handler)
    throw invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.')
  inRange('timeout', timeout, 1, 900)
  inRange('memorySize', memory, 128, 10_240)

  const variables = input.Environment?.Variables ?? spec.variables
  const reserved = Object.keys(variables).find((name) =>
    /^(AWS_REGION|AWS_DEFAULT_REGION|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_LAMBDA_.*|LAMBDA_TASK_ROOT|_HANDLER)$/.test(
      name,
    ),
  )
  if (reserved) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved}`,
    )
  }

  const logging = {
    LogFormat: 'Text' as const,
    LogGroup: `/aws/lambda/${spec.name}`,
    ...configuration.LoggingConfig,
    ...input.LoggingConfig,
  }
  return revised({
    ...record,
    spec: {
      ...spec,
      role: input.Role ?? spec.role,
      handler,
      runtime,
      timeoutSeconds: timeout,
      memoryMb: memory,
      variables,
      logFormat: logging.LogFormat ?? 'Text',
    },
    configuration: {
      ...configuration,
      Runtime: runtime as FunctionConfiguration['Runtime'],
      Handler: handler,
      Timeout: timeout,
      MemorySize: memory,
      Environment: {Variables: {...variables}},
      Role: input.Role ?? spec.role,
      Description: input.Description ?? configuration.Description ?? '',
      KMSKeyArn: input.KMSKeyArn ?? configuration.KMSKeyArn,
      VpcConfig: input.VpcConfig ? {VpcId: '', ...input.VpcConfig} : configuration.VpcConfig,
      TracingConfig: {Mode: input.TracingConfig?.Mode ?? configuration.TracingConfig?.Mode ?? 'PassThrough'},
      LoggingConfig: logging,
    },
  })
}

function revised(record: FunctionRecord): FunctionRecord {
  const LastModified = new Date().toISOString().replace('Z', '+0000')
  return {...record, configuration: {...record.configuration, RevisionId: randomUUID(), LastModified}}
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw invalid(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  )
}
