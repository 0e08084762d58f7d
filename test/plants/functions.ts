/** Plants in the functions of the region away. */

import {GetTemplateCommand} from '@aws-sdk/client-cloudformation'
import {DeleteRetentionPolicyCommand, PutRetentionPolicyCommand} from '@aws-sdk/client-cloudwatch-logs'
import {DisableRuleCommand, EnableRuleCommand, ListRuleNamesByTargetCommand} from '@aws-sdk/client-eventbridge'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import type {UpdateFunctionConfigurationRequest} from '@aws-sdk/client-lambda'
import {strToU8, zipSync} from 'fflate'
import {setTimeout as sleep} from 'node:timers/promises'
import {callLab} from '../support/lab.js'
import {property, setting} from './database.js'
import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Plant, Undo} from './plant.js'

const MINUTE_MS = 60_000

const functionOf = (part: string): string => `ToDoMgmt-app-${AWAY}-${part}`
const WRITERS = ['UpsertToDos', 'RemoveToDos', 'CreateTableFunction']

const FUNCTION = 'requests are handled in another way after a switch'
const subjectOf = (part: string, what: string): string => `function ToDoMgmt-app-${part}.${what}`

async function configuration(
  {away}: Ground,
  part: string,
  change: (before: UpdateFunctionConfigurationRequest) => Partial<UpdateFunctionConfigurationRequest>,
): Promise<Undo> {
  const FunctionName = functionOf(part)
  const {MemorySize, Timeout, Environment} = await away.lambda.send(new GetFunctionConfigurationCommand({FunctionName}))
  const before = {FunctionName, MemorySize, Timeout, Environment: {Variables: {...Environment?.Variables}}}
  await away.lambda.send(new UpdateFunctionConfigurationCommand({FunctionName, ...change(before)}))
  return () => away.lambda.send(new UpdateFunctionConfigurationCommand(before))
}

export const variable = (ground: Ground, part: string, name: string, value: string): Promise<Undo> =>
  configuration(ground, part, ({Environment}) => ({
    Environment: {Variables: {...Environment!.Variables, [name]: value}},
  }))

async function reserve({away}: Ground, parts: readonly string[], count: number): Promise<Undo> {
  for (const part of parts)
    await away.lambda.send(
      new PutFunctionConcurrencyCommand({FunctionName: functionOf(part), ReservedConcurrentExecutions: count}),
    )
  return async () => {
    for (const part of parts)
      await away.lambda.send(new DeleteFunctionConcurrencyCommand({FunctionName: functionOf(part)}))
  }
}

/** Where the template has the code of a function from. */
async function packageOf({away}: Ground, FunctionName: string): Promise<{S3Bucket: string; S3Key: string}> {
  const {TemplateBody} = await away.cloudformation.send(new GetTemplateCommand({StackName: `ToDoMgmt-api-${AWAY}`}))
  const {Resources} = JSON.parse(TemplateBody!) as {
    Resources: Record<string, {Properties?: {FunctionName?: string; Code?: {S3Key: string}}}>
  }
  const {Code} = Object.values(Resources).find(({Properties}) => Properties?.FunctionName === FunctionName)!.Properties!
  return {S3Bucket: `cdk-hnb659fds-assets-000000000000-${AWAY}`, S3Key: Code!.S3Key}
}

async function code(ground: Ground, part: string, handler: string): Promise<Undo> {
  const FunctionName = functionOf(part)
  const {lambda} = ground.away
  const before = await packageOf(ground, FunctionName)
  const ZipFile = zipSync({'index.js': strToU8(handler)})
  await lambda.send(new UpdateFunctionCodeCommand({FunctionName, ZipFile}))
  return () => lambda.send(new UpdateFunctionCodeCommand({FunctionName, ...before}))
}

async function withoutFunction(ground: Ground, part: string): Promise<Undo> {
  const FunctionName = functionOf(part)
  const {lambda} = ground.away
  const {Configuration, Tags} = await lambda.send(new GetFunctionCommand({FunctionName}))
  const {Runtime, Role, Handler, Description, Timeout, MemorySize, Architectures, LoggingConfig} = Configuration!
  const {Environment, VpcConfig} = Configuration!
  const Code = await packageOf(ground, FunctionName)
  await lambda.send(new DeleteFunctionCommand({FunctionName}))
  return () =>
    lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime,
        Role,
        Handler,
        Code,
        Description,
        Timeout,
        MemorySize,
        Architectures,
        LoggingConfig,
        Environment: {Variables: Environment?.Variables},
        VpcConfig: {SubnetIds: VpcConfig?.SubnetIds, SecurityGroupIds: VpcConfig?.SecurityGroupIds},
        Tags,
      }),
    )
}

export const READER_WITH_LESS_ROOM: Plant = {
  name: 'A function may run fewer times at once than at home',
  by: 'lambda `PutFunctionConcurrency`',
  make: (ground) => reserve(ground, ['GetToDos'], 1),
  health: [
    {
      check: 'concurrency',
      region: AWAY,
      level: 'problem',
      says: `${functionOf('GetToDos')} has 1 reserved: less than in ${HOME}, so that it is throttled when clients come`,
      next: `aws lambda delete-function-concurrency --region ${AWAY} --function-name ${functionOf('GetToDos')}`,
    },
  ],
  drift: [setting(subjectOf('GetToDos', 'concurrency'), FUNCTION, 'extra')],
}

export const FUNCTION_PLANTS: readonly Plant[] = [
  {
    name: 'A function has other code',
    by: 'lambda `UpdateFunctionCode`',
    make: (ground) => code(ground, 'CompareRows', 'exports.handler = async () => ({})'),
    drift: [setting(subjectOf('CompareRows', 'code'), FUNCTION)],
  },
  {
    name: 'A function has more memory',
    by: 'lambda `UpdateFunctionConfiguration`',
    make: (ground) => configuration(ground, 'GetToDos', () => ({MemorySize: 1024})),
    drift: [
      setting(subjectOf('GetToDos', 'memory'), FUNCTION),
      property('*GetToDos* (AWS::Lambda::Function)/MemorySize'),
    ],
  },
  {
    name: 'A function gives up earlier',
    by: 'lambda `UpdateFunctionConfiguration`',
    make: (ground) => configuration(ground, 'RemoveToDos', () => ({Timeout: 1})),
    drift: [
      setting(subjectOf('RemoveToDos', 'timeout'), FUNCTION),
      property('*RemoveToDos* (AWS::Lambda::Function)/Timeout'),
    ],
  },
  {
    name: 'A function uses another database',
    by: 'lambda `UpdateFunctionConfiguration`',
    make: (ground) => variable(ground, 'UpsertToDos', 'DB_NAME', 'other'),
    drift: [
      setting(subjectOf('UpsertToDos', 'environment DB_NAME'), FUNCTION),
      property('*UpsertToDos* (AWS::Lambda::Function)/Environment/Variables/DB_NAME'),
    ],
  },
  {
    name: 'A function has a variable more',
    by: 'lambda `UpdateFunctionConfiguration`',
    make: (ground) => variable(ground, 'CompareRows', 'FEATURE', 'on'),
    drift: [setting(subjectOf('CompareRows', 'environment FEATURE'), FUNCTION, 'extra')],
  },
  READER_WITH_LESS_ROOM,
  {
    name: 'A function has a tag of its own',
    by: 'lambda `TagResource`',
    async make({away}) {
      const {FunctionArn: Resource} = await away.lambda.send(
        new GetFunctionConfigurationCommand({FunctionName: functionOf('GetToDos')}),
      )
      await away.lambda.send(new TagResourceCommand({Resource, Tags: {owner: 'somebody'}}))
      return () => away.lambda.send(new UntagResourceCommand({Resource, TagKeys: ['owner']}))
    },
    drift: [
      setting(subjectOf('GetToDos', 'tag owner'), 'whoever looks for the tag overlooks it in one region', 'extra'),
      property('*GetToDos* (AWS::Lambda::Function)/Tags*'),
    ],
  },
  {
    name: 'A log is kept for a shorter time',
    by: 'logs `PutRetentionPolicy`',
    async make({away}) {
      const logGroupName = `/aws/lambda/${functionOf('GetToDos')}`
      await away.logs.send(new PutRetentionPolicyCommand({logGroupName, retentionInDays: 7}))
      return () => away.logs.send(new PutRetentionPolicyCommand({logGroupName, retentionInDays: 30}))
    },
    drift: [
      setting('log group aws/lambda/ToDoMgmt-app-GetToDos.retention', 'the log of a region is kept for another time'),
      property('*GetToDos* (AWS::Logs::LogGroup)/RetentionInDays'),
    ],
  },
  {
    name: 'A log is kept for ever',
    by: 'logs `DeleteRetentionPolicy`',
    async make({away}) {
      const logGroupName = `/aws/lambda/${functionOf('RemoveToDos')}`
      await away.logs.send(new DeleteRetentionPolicyCommand({logGroupName}))
      return () => away.logs.send(new PutRetentionPolicyCommand({logGroupName, retentionInDays: 30}))
    },
    drift: [
      setting(
        'log group aws/lambda/ToDoMgmt-app-RemoveToDos.retention',
        'the log of a region is kept for another time',
        'missing',
      ),
      property('*RemoveToDos* (AWS::Logs::LogGroup)/RetentionInDays'),
    ],
  },
  {
    name: 'Nothing has the token authorizer fetch keys any more',
    by: 'events `DisableRule`',
    async make({away, there}) {
      const account = there.clusterArn.split(':')[4]
      const TargetArn = `arn:aws:lambda:${AWAY}:${account}:function:${functionOf('TokenAuthorizer')}`
      const {RuleNames} = await away.events.send(new ListRuleNamesByTargetCommand({TargetArn}))
      const Name = RuleNames![0]!
      await away.events.send(new DisableRuleCommand({Name}))
      return () => away.events.send(new EnableRuleCommand({Name}))
    },
    health: [
      {
        check: 'schedules',
        region: AWAY,
        level: 'problem',
        says: `is disabled: ${functionOf('TokenAuthorizer')} does not fetch the public keys of the user pools any more`,
        next: `aws events enable-rule --region ${AWAY} --name ToDoMgmt-*`,
      },
    ],
    drift: [
      {
        ...setting(
          'schedule ToDoMgmt-app-TokenAuthorizer.state',
          'such as to fetch the public keys of both user pools',
        ),
        next: `aws events enable-rule --region ${AWAY} --name ToDoMgmt-*`,
      },
      property('*TokenAuthorizer* (AWS::Events::Rule)/State'),
    ],
  },
  {
    name: 'The token authorizer marks what it keeps in another way',
    by: 'lambda `UpdateFunctionConfiguration`',
    make: (ground) => variable(ground, 'TokenAuthorizer', 'TOKEN_KEYS_TAG', '{"Key":"by","Value":"hand"}'),
    drift: [
      setting(subjectOf('TokenAuthorizer', 'environment TOKEN_KEYS_TAG'), FUNCTION),
      property('*TokenAuthorizer* (AWS::Lambda::Function)/Environment/Variables/TOKEN_KEYS_TAG'),
    ],
  },
  {
    name: 'The APIs of the account may take fewer requests than at home',
    by: 'the quota `L-8A5B8E43`, as a support case changes it',
    async make({status}) {
      const quota = {region: AWAY, serviceCode: 'apigateway', code: 'L-8A5B8E43'}
      await callLab(status, 'PUT', 'quotas', {...quota, value: 9000})
      return () => callLab(status, 'PUT', 'quotas', {...quota, value: 10_000})
    },
    health: [
      {
        check: 'request-rate',
        region: AWAY,
        level: 'problem',
        says: `9000 requests a second, but 10000 in ${HOME}`,
        next: `aws service-quotas request-service-quota-increase --region ${AWAY} --service-code apigateway --quota-code L-8A5B8E43 --desired-value 10000`,
      },
    ],
    drift: [
      {
        kind: 'regions',
        class: 'changed',
        region: AWAY,
        subject: 'quota apigateway L-8A5B8E43*',
        says: 'what the account may have or do in one region is refused or throttled in the other',
        next: 'have the lower value raised: aws service-quotas request-service-quota-increase',
      },
    ],
  },
  {
    name: 'The account may run fewer functions at once than at home',
    by: 'the quota `L-B99A9384`, as a support case changes it',
    async make({status}) {
      const quota = {region: AWAY, serviceCode: 'lambda', code: 'L-B99A9384'}
      await callLab(status, 'PUT', 'quotas', {...quota, value: 900})
      return () => callLab(status, 'PUT', 'quotas', {...quota, value: 1000})
    },
    health: [
      {
        check: 'concurrency-limit',
        region: AWAY,
        level: 'problem',
        says: `900 at once, but 1000 in ${HOME}`,
        next: `aws service-quotas request-service-quota-increase --region ${AWAY} --service-code lambda --quota-code L-B99A9384 --desired-value 1000`,
      },
      {
        check: 'gates',
        region: AWAY,
        level: 'problem',
        says: 'a failover would be refused by target-quota',
        next: `have the quota raised: aws service-quotas request-service-quota-increase --region ${AWAY} --service-code lambda --quota-code L-B99A9384 --desired-value 1000; to switch all the same: --waive target-quota=REASON`,
      },
    ],
    drift: [
      {
        kind: 'regions',
        class: 'changed',
        region: AWAY,
        subject: 'quota lambda L-B99A9384*',
        says: 'what the account may have or do in one region is refused or throttled in the other',
        next: 'have the lower value raised: aws service-quotas request-service-quota-increase',
      },
    ],
  },
]

export const FOREIGN_FENCE: Plant = {
  name: 'The writers of the standby are closed, and no known run has done it',
  by: 'lambda `PutFunctionConcurrency`',
  make: (ground) => reserve(ground, WRITERS, 0),
  health: [
    {
      check: 'concurrency',
      region: AWAY,
      level: 'warning',
      says: 'fenced, and no known run of todo-dr has done it: a failover to it is refused',
      next: `aws lambda delete-function-concurrency --region ${AWAY} --function-name ${functionOf('UpsertToDos')}`,
    },
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by target-closed',
      next: 'find out who closed them and why; to open them with this switch: --waive target-closed=REASON',
    },
  ],
}

export const CLOSED_READER: Plant = {
  name: 'A reader of the standby is closed',
  by: 'lambda `PutFunctionConcurrency`',
  make: (ground) => reserve(ground, ['GetToDos'], 0),
  health: [
    {
      check: 'concurrency',
      region: AWAY,
      level: 'problem',
      says: `partly closed: ${functionOf('GetToDos')}; a switch opens only a fence`,
      next: `aws lambda delete-function-concurrency --region ${AWAY} --function-name ${functionOf('GetToDos')}`,
    },
    {check: 'api', region: AWAY, level: 'problem', says: 'answers 5', next: 'todo-dr status'},
    {
      check: 'gates',
      region: AWAY,
      level: 'problem',
      says: 'a failover would be refused by target-reachable',
      next: 'wait until it answers again; check with todo-dr status',
    },
  ],
  drift: [setting(subjectOf('GetToDos', 'concurrency'), FUNCTION, 'extra')],
}

/** Its errors are counted for a quarter of an hour, or until the next switch. */
export const FAILING: Plant = {
  name: 'A function fails again and again',
  by: 'lambda `UpdateFunctionCode` with a handler that throws, and calls of it',
  async make(ground) {
    const undo = await code(ground, 'CompareRows', 'exports.handler = async () => { throw new Error("no") }')
    // Of the minute in which a switch has ended nothing is counted, and one was taken back a moment ago.
    await sleep(MINUTE_MS - (Date.now() % MINUTE_MS))
    for (let calls = 0; calls < 6; calls++)
      await ground.away.lambda.send(new InvokeCommand({FunctionName: functionOf('CompareRows')}))
    return undo
  },
  health: [
    {
      check: 'function-errors',
      region: AWAY,
      level: 'warning',
      says: '6 errors and',
      next: `read the logs of the functions in ${AWAY}`,
    },
  ],
  drift: [setting(subjectOf('CompareRows', 'code'), FUNCTION)],
}

export const LOST_FUNCTION: Plant = {
  name: 'A function of the standby is gone',
  by: 'lambda `DeleteFunction`',
  make: (ground) => withoutFunction(ground, 'CompareRows'),
  health: [
    {
      check: 'functions',
      region: AWAY,
      level: 'problem',
      says: `${functionOf('CompareRows')} is Missing`,
      next: `aws lambda get-function-configuration --region ${AWAY} --function-name ${functionOf('CompareRows')}`,
    },
  ],
  drift: [
    setting('function ToDoMgmt-app-CompareRows', FUNCTION, 'missing'),
    property('*CompareRows* (AWS::Lambda::Function)'),
  ],
  also: [
    setting('log group aws/lambda/ToDoMgmt-app-CompareRows', 'the log of a region is kept for another time', 'missing'),
  ],
}
