/** A lab of services in this process only: no ports, no processes, no folder. */

import {LabFaults} from '../../src/faults.js'
import {CloudFormationService} from '../../src/aws/cloudformation/service.js'
import {IamService} from '../../src/aws/iam/service.js'
import {S3Service} from '../../src/aws/s3/service.js'
import {SecretsManagerService} from '../../src/aws/secretsmanager/service.js'
import {SsmService} from '../../src/aws/ssm/service.js'
import type {Lab, Operation, Service} from '../../src/kernel.js'
import {providerOf} from '../../src/aws/index.js'
import type {ProviderOf, ResourceProvider} from '../../src/cloudformation/provider.js'

export const REGION = 'us-east-1'
export const AWAY = 'us-east-2'

export interface Call {
  service: string
  operation: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  input: any
  region: string
}

export interface SmallLab {
  lab: Lab
  cloudformation: CloudFormationService
  /** Every call between services, oldest first. */
  calls: Call[]
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  cfn(operation: string, input: object, region?: string): Promise<any>
  /** Creates a stack and waits for its end. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  deploy(name: string, template: object, more?: object, region?: string): Promise<any>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  update(name: string, template: object, more?: object): Promise<any>
  /** The event lines of a stack, oldest first, as `logicalId STATUS`. */
  events(name: string): Promise<string[]>
}

/** `extra` are providers of types that only a test knows; `services` replace or add services. */
export function smallLab(options: {extra?: Record<string, ResourceProvider>; services?: Service[]} = {}): SmallLab {
  const services = new Map<string, Service>()
  const calls: Call[] = []
  const known: Partial<Lab> = {
    name: 'test',
    home: REGION,
    away: AWAY,
    endpoint: 'http://127.0.0.1:1',
    faults: new LabFaults(),
    log(_part, text) {
      throw new Error(text)
    },
    onStop() {},
    service(name: string) {
      const service = services.get(name)
      if (!service) throw new Error(`the lab has no service ${name}`)
      return service as never
    },
    async call(service: string, operation: string, input: object, region: string) {
      calls.push({service, operation, input, region})
      const run: Operation | undefined = lab.service(service).operations[operation]
      if (!run) throw new Error(`NotImplemented: ${service}.${operation}`)
      return run(input, {region, requestId: 'test'})
    },
  }
  const lab = known as Lab
  const extra: ProviderOf = (type) => options.extra?.[type] ?? providerOf(type)
  const cloudformation = new CloudFormationService(lab, extra)
  for (const service of [
    new IamService(lab),
    new SsmService(),
    new S3Service({now: Date.now}),
    new SecretsManagerService(lab),
    cloudformation,
    ...(options.services ?? []),
  ])
    services.set(service.api.signingName, service)

  const cfn: SmallLab['cfn'] = (operation, input, region = REGION) =>
    lab.call('cloudformation', operation, input, region)
  const CAPABILITIES = {Capabilities: ['CAPABILITY_NAMED_IAM']}
  const settledStack = async (StackId: string, region = REGION) => {
    await cloudformation.settled(StackId, region)
    return (await cfn('DescribeStacks', {StackName: StackId}, region)).Stacks[0]
  }
  return {
    lab,
    cloudformation,
    calls,
    cfn,
    async deploy(StackName, template, more = {}, region = REGION) {
      const input = {StackName, TemplateBody: JSON.stringify(template), ...CAPABILITIES, ...more}
      return settledStack((await cfn('CreateStack', input, region)).StackId, region)
    },
    async update(StackName, template, more = {}) {
      const input = {StackName, TemplateBody: JSON.stringify(template), ...CAPABILITIES, ...more}
      return settledStack((await cfn('UpdateStack', input)).StackId)
    },
    async events(StackName) {
      const {StackEvents} = await cfn('DescribeStackEvents', {StackName})
      return StackEvents.map(
        (event: {LogicalResourceId: string; ResourceStatus: string}) =>
          `${event.LogicalResourceId} ${event.ResourceStatus}`,
      ).reverse()
    },
  }
}

/** The error of a promise that must fail. */
export async function failure(promise: Promise<unknown>): Promise<Error & {code?: string; status?: number}> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('was expected to be refused')
}

export const parameter = (Value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  ...more,
  Properties: {Type: 'String', Value},
})
