/** Plants in what the account, its zones and its sizes leave room for. */

import {CreateStackCommand, DeleteStackCommand, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand} from '@aws-sdk/client-lambda'
import {ModifyDBClusterCommand} from '@aws-sdk/client-rds'
import {GetSecretValueCommand} from '@aws-sdk/client-secrets-manager'
import mysql from 'mysql2/promise'
import type {ConnectionOptions} from 'mysql2/promise'
import type {LabStatus} from '../support/cli.js'
import {callLab} from '../support/lab.js'
import {until} from './ground.js'
import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Plant} from './plant.js'

export const FULL_OF_SNAPSHOTS: Plant = {
  name: 'What a failover leaves behind cannot be kept',
  by: 'the quota `L-9B510759`, used up',
  async make({status}) {
    const quota = {region: AWAY, serviceCode: 'rds', code: 'L-9B510759'}
    await callLab(status, 'PUT', 'quotas', {...quota, value: 0})
    return () => callLab(status, 'PUT', 'quotas', {...quota, value: 100})
  },
  health: [
    {
      check: 'snapshot-quota',
      region: AWAY,
      level: 'warning',
      says: 'of 0 manual cluster snapshots: what a failover leaves behind could not be kept',
      next: `delete some, or ask for more: aws service-quotas request-service-quota-increase --region ${AWAY} --service-code rds --quota-code L-9B510759 --desired-value 20`,
    },
  ],
  drift: [
    {
      kind: 'regions',
      class: 'changed',
      region: AWAY,
      subject: 'quota rds L-9B510759*',
      says: 'what the account may have or do in one region is refused or throttled in the other',
      next: 'have the lower value raised: aws service-quotas request-service-quota-increase',
    },
  ],
}

const SUBNET_STACK = 'a-third-zone'

/** Of a stack of its own. */
async function subnetIn({home}: Ground, AvailabilityZoneId: string): Promise<string> {
  const Properties = {VpcId: 'vpc-1', CidrBlock: '10.20.9.0/24', AvailabilityZoneId}
  const template = {
    Resources: {Subnet: {Type: 'AWS::EC2::Subnet', Properties}},
    Outputs: {Id: {Value: {Ref: 'Subnet'}}},
  }
  await home.cloudformation.send(
    new CreateStackCommand({StackName: SUBNET_STACK, TemplateBody: JSON.stringify(template)}),
  )
  let id: string | undefined
  await until('the subnet is there', async () => {
    const {Stacks} = await home.cloudformation.send(new DescribeStacksCommand({StackName: SUBNET_STACK}))
    id = Stacks?.[0]?.Outputs?.[0]?.OutputValue
    return id !== undefined
  })
  return id!
}

export const ZONE_WITHOUT_PROXY: Plant = {
  name: 'A function runs in a zone that has no RDS Proxy',
  by: 'lambda `UpdateFunctionConfiguration` with a subnet in `use1-az3`',
  async make(ground) {
    const {lambda, cloudformation} = ground.home
    const FunctionName = `ToDoMgmt-app-${HOME}-GetToDos`
    const {VpcConfig} = await lambda.send(new GetFunctionConfigurationCommand({FunctionName}))
    const {SubnetIds = [], SecurityGroupIds} = VpcConfig!
    const put = (subnets: string[]) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({FunctionName, VpcConfig: {SubnetIds: subnets, SecurityGroupIds}}),
      )
    await put([...SubnetIds, await subnetIn(ground, 'use1-az3')])
    return async () => {
      await put(SubnetIds)
      await cloudformation.send(new DeleteStackCommand({StackName: SUBNET_STACK}))
    }
  },
  health: [
    {
      check: 'proxy-zones',
      region: HOME,
      level: 'warning',
      says: ', where functions run',
      next: `RDS Proxy is missing in use1-az3 and usw1-az2; see which zone it is: aws ec2 describe-subnets --region ${HOME} --subnet-ids subnet-*`,
    },
  ],
}

/** Of the application's own user: what the lab's administrator does is no load. A server that was made anew has another port. */
async function clientLogin({home, sandbox}: Ground): Promise<ConnectionOptions> {
  const [{regions}, {SecretString}] = await Promise.all([
    sandbox.json<LabStatus>(['lab', 'status']),
    home.secrets.send(new GetSecretValueCommand({SecretId: 'ToDoMgmt/app'})),
  ])
  const {host, port, name} = regions.find(({region}) => region === HOME)!.database
  const {username, password} = JSON.parse(SecretString!) as {username: string; password: string}
  return {host, port, database: name, user: username, password, ssl: {rejectUnauthorized: false}}
}

/** Beyond what one ACU takes by default, and what the lab's own programs use is less. */
const CLIENTS = 60

export const FEW_CONNECTIONS: Plant = {
  name: 'The standby takes fewer connections than the primary has had',
  by: 'rds `ModifyDBCluster` to 1 ACU at most, and 60 connections to the primary',
  async make(ground) {
    const limit = (MaxCapacity: number) =>
      ground.away.rds.send(
        new ModifyDBClusterCommand({
          DBClusterIdentifier: `todomgmt-${AWAY}`,
          ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity},
        }),
      )
    const login = await clientLogin(ground)
    await limit(1)
    const clients = await Promise.all(Array.from({length: CLIENTS}, () => mysql.createConnection(login)))
    try {
      await until('the connections are counted', async () => {
        const {findings} = await ground.health()
        return findings.some(({check, level}) => check === 'connections' && level === 'problem')
      })
    } finally {
      for (const client of clients) client.destroy()
    }

    return () => limit(8)
  },
  health: [
    {
      check: 'connections',
      region: AWAY,
      level: 'problem',
      says: `at most in the last day; ${AWAY} takes about 45`,
      next: `raise the maximum capacity of todomgmt-${AWAY}, then reboot its instances; or let the proxies keep fewer connections`,
    },
    {
      check: 'standby-capacity',
      region: AWAY,
      level: 'problem',
      says: `it may grow to 1 ACU, but ${HOME} to 8`,
      next: `aws rds modify-db-cluster --region ${AWAY} --db-cluster-identifier todomgmt-${AWAY} --serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=8`,
    },
  ],
}
