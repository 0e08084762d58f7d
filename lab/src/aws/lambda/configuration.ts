import {createHash, randomUUID} from 'node:crypto'

import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  Layer,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'

import {MAX_UNZIPPED, type Unpacked} from '../../data-plane/lambda/function-folder.js'
import type {FunctionSpec} from '../../data-plane/lambda/invocation.js'
import {arn} from '../../kernel.js'
import {invalid, unsupported} from './faults.js'
import {functionName, LATEST} from './reference.js'

const DEFAULT_TIMEOUT = 3
const DEFAULT_MEMORY = 128

/**
 * Of Node.js those of which AWS blocks the creation ("Lambda runtimes", Lambda developer guide, tables of supported and deprecated
 * runtimes). Of 16, 18 and 20 it has put the day off more than once: of nodejs20.x the page said 2026-08-31 in April 2026, and 2027-02-01
 * for all three in July 2026. The lab goes by the first day that was named.
 */
const BLOCKED = new Set([
  'nodejs',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs6.10',
  'nodejs8.10',
  'nodejs10.x',
  'nodejs12.x',
  'nodejs14.x',
  'nodejs16.x',
  'nodejs18.x',
  'nodejs20.x',
])

/** Of one version. */
export interface FunctionRecord {
  spec: FunctionSpec
  configuration: FunctionConfiguration
  /** Unzipped. */
  bytes: {code: number; layers: number}
}

/** What a function sees below /opt. */
export interface Mounted {
  shown: Layer[]
  /** Undefined without layers. */
  folder: string | undefined
  /** Unzipped, of all of them. */
  bytes: number
}

export type Configurable = Pick<
  UpdateFunctionConfigurationRequest,
  | 'Description'
  | 'Environment'
  | 'Handler'
  | 'KMSKeyArn'
  | 'LoggingConfig'
  | 'MemorySize'
  | 'Role'
  | 'Runtime'
  | 'Timeout'
  | 'TracingConfig'
  | 'VpcConfig'
>

export const digestOf = (zip: Uint8Array): string => createHash('sha256').update(zip).digest('base64')

/** A function as new. @throws InvalidParameterValueException; NotImplemented for what the lab can't run, by name */
export function newRecord(
  input: CreateFunctionRequest,
  region: string,
  zip: Uint8Array,
  unpacked: Unpacked,
  layers: Mounted | undefined,
): FunctionRecord {
  const name = functionName(input.FunctionName, region)
  if (!input.Role) throw invalid('The role defined for the function cannot be assumed by Lambda.')
  const record: FunctionRecord = {
    spec: {
      name,
      arn: arn('lambda', region, `function:${name}`),
      version: LATEST,
      region,
      role: input.Role,
      handler: '',
      runtime: '',
      timeoutSeconds: DEFAULT_TIMEOUT,
      memoryMb: DEFAULT_MEMORY,
      variables: {},
      logFormat: 'Text',
      inNetwork: false,
      codeFolder: '',
      optFolder: undefined,
    },
    configuration: {
      FunctionName: name,
      FunctionArn: arn('lambda', region, `function:${name}`),
      Version: LATEST,
      PackageType: 'Zip',
      Architectures: input.Architectures ?? ['x86_64'],
      EphemeralStorage: input.EphemeralStorage ?? {Size: 512},
      DeadLetterConfig: input.DeadLetterConfig,
      SnapStart: {ApplyOn: 'None', OptimizationStatus: 'Off'},
      State: 'Active',
      LastUpdateStatus: 'Successful',
    },
    bytes: {code: 0, layers: 0},
  }
  const defaults = {Timeout: DEFAULT_TIMEOUT, MemorySize: DEFAULT_MEMORY}
  return withCode(withConfiguration(record, {...defaults, ...input}, layers), zip, unpacked)
}

/** @throws InvalidParameterValueException where it is too large with its layers */
export function withCode(record: FunctionRecord, zip: Uint8Array, {folder, bytes}: Unpacked): FunctionRecord {
  return revised({
    ...record,
    bytes: {...record.bytes, code: bytes},
    spec: {...record.spec, codeFolder: folder},
    configuration: {...record.configuration, CodeSize: zip.length, CodeSha256: digestOf(zip)},
  })
}

/** What the input leaves out stays as it is, and so do layers that are not given. */
export function withConfiguration(record: FunctionRecord, input: Configurable, layers?: Mounted): FunctionRecord {
  const {spec, configuration} = record
  const runtime = input.Runtime ?? spec.runtime
  const handler = input.Handler ?? spec.handler
  const timeout = input.Timeout ?? spec.timeoutSeconds
  const memory = input.MemorySize ?? spec.memoryMb
  if (input.Runtime !== undefined && input.Runtime !== spec.runtime && BLOCKED.has(input.Runtime))
    throw invalid(
      `The runtime parameter of ${input.Runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    )
  if (!runtime.startsWith('nodejs')) throw unsupported(`the runtime ${runtime}: only Node.js`)
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
  const network = input.VpcConfig ? {VpcId: '', ...input.VpcConfig} : configuration.VpcConfig
  return revised({
    ...record,
    bytes: {...record.bytes, ...(layers && {layers: layers.bytes})},
    spec: {
      ...spec,
      ...(layers && {optFolder: layers.folder}),
      role: input.Role ?? spec.role,
      handler,
      runtime,
      timeoutSeconds: timeout,
      memoryMb: memory,
      variables,
      logFormat: logging.LogFormat ?? 'Text',
      // Lists that are empty take it out of its network (VpcConfig, Lambda API reference).
      inNetwork: (network?.SubnetIds ?? []).length > 0,
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
      VpcConfig: network,
      TracingConfig: {Mode: input.TracingConfig?.Mode ?? configuration.TracingConfig?.Mode ?? 'PassThrough'},
      LoggingConfig: logging,
      ...(layers && {Layers: layers.shown.length > 0 ? layers.shown : undefined}),
    },
  })
}

function revised(record: FunctionRecord): FunctionRecord {
  const bytes = record.bytes.code + record.bytes.layers
  if (bytes > MAX_UNZIPPED)
    throw invalid(
      `Function code combined with layers exceeds the maximum allowed size of ${MAX_UNZIPPED} bytes. The actual size is ${bytes} bytes.`,
    )
  const LastModified = new Date().toISOString().replace('Z', '+0000')
  return {...record, configuration: {...record.configuration, RevisionId: randomUUID(), LastModified}}
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw invalid(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  )
}
