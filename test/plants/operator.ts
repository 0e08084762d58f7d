/** Plants in what concerns whoever runs a switch: leases, runs, outages and clocks. */

import {GetFunctionConfigurationCommand} from '@aws-sdk/client-lambda'
import {DeleteObjectCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import {AssumeRoleCommand} from '@aws-sdk/client-sts'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {CHANGES_OF} from '../../src/permissions/calls.js'
import {partsOf} from '../../src/permissions/parts.js'
import {policyOf} from '../../src/permissions/policy.js'
import {callsOf} from '../support/calls.js'
import {callLab} from '../support/lab.js'
import type {Ground} from './ground.js'
import {AWAY, HOME} from './plant.js'
import type {Plant, Undo} from './plant.js'

export const FOREIGN_LEASE: Plant = {
  name: 'Somebody else holds the operator lease',
  by: 's3 `PutObject` of another machine',
  async make({home}) {
    const lease = {Bucket: `todomgmt-lease-000000000000-${HOME}`, Key: 'operator-lease.json'}
    const Body = JSON.stringify({owner: 'mia on another machine', ttlSeconds: 600, token: 9, since: Date.now()})
    await home.s3.send(new PutObjectCommand({...lease, Body}))
    return () => home.s3.send(new DeleteObjectCommand(lease))
  },
  health: [
    {
      check: 'lease',
      region: null,
      level: 'warning',
      says: 'mia on another machine holds it',
      next: 'wait until that command ends; todo-dr status',
    },
  ],
}

/** Whoever runs the commands from now on; the plants go on as the administrator. */
function runAs({sandbox}: Ground, variables: Record<string, string>): Undo {
  Object.assign(sandbox.env, variables)
  return async () => {
    for (const name of Object.keys(variables)) delete sandbox.env[name]
  }
}

const PROMOTION = 'rds:FailoverGlobalCluster'

export const DENIED: Plant = {
  name: 'Whoever runs the switch may not promote the standby',
  by: `an IAM user with the policy of \`iam-policy failover\`, without \`${PROMOTION}\``,
  async make(ground) {
    const {status, deployment} = ground
    const place = {account: '000000000000', app: deployment.app, order: [HOME, AWAY], route: grantsOfKind()}
    const {Version, Statement} = policyOf([...callsOf('health'), ...CHANGES_OF.failover], place)
    const left = Statement.map((one) => ({...one, Action: one.Action.filter((action) => action !== PROMOTION)}))
    const policies = partsOf({Version, Statement: left.filter(({Action}) => Action.length > 0)})
    const keys = {accessKeyId: 'operator', secretAccessKey: 'a-secret-of-the-operator'}
    const answer = await callLab(status, 'PUT', 'principals', {...keys, policies})
    if (!answer.ok) throw new Error(await answer.text())
    return runAs(ground, {
      TODO_DR_LAB_ACCESS_KEY_ID: keys.accessKeyId,
      TODO_DR_LAB_SECRET_ACCESS_KEY: keys.secretAccessKey,
    })
  },
  health: [
    {
      check: 'permissions',
      region: null,
      level: 'problem',
      says: `not allowed: ${PROMOTION} on arn:aws:rds:`,
      next: 'todo-dr iam-policy failover prints the policy that is needed',
    },
  ],
}

export const ENDING: Plant = {
  name: 'The credentials end soon',
  by: 'sts `AssumeRole` for a quarter of an hour',
  async make(ground) {
    const {lambda, sts} = ground.home
    // The lab has no trust policies: the role of a function is as good as any.
    const FunctionName = `ToDoMgmt-app-${HOME}-GetToDos`
    const {Role: RoleArn} = await lambda.send(new GetFunctionConfigurationCommand({FunctionName}))
    const session = {RoleArn, RoleSessionName: 'night-shift', DurationSeconds: 900}
    const {Credentials: keys} = await sts.send(new AssumeRoleCommand(session))
    return runAs(ground, {
      TODO_DR_LAB_ACCESS_KEY_ID: keys!.AccessKeyId!,
      TODO_DR_LAB_SECRET_ACCESS_KEY: keys!.SecretAccessKey!,
      TODO_DR_LAB_SESSION_TOKEN: keys!.SessionToken!,
      TODO_DR_LAB_CREDENTIAL_EXPIRATION: keys!.Expiration!.toISOString(),
    })
  },
  health: [
    {
      check: 'credentials-end',
      region: null,
      level: 'warning',
      says: 'minutes, and nothing renews them: a switch stops midway when they end',
      next: 'sign in again before a switch; one that has stopped is continued with todo-dr resume',
    },
  ],
}

export const OTHER_CLOCK: Plant = {
  name: 'The clock of this machine is wrong',
  by: "the lab's clock is moved on by two minutes",
  async make({status}) {
    await callLab(status, 'PUT', 'clock', {offsetSeconds: 120})
    return () => callLab(status, 'PUT', 'clock', {offsetSeconds: 0})
  },
  health: [
    {
      check: 'clock',
      region: null,
      level: 'warning',
      says: 'this clock is 1',
      next: 'synchronize the clock: timedatectl set-ntp true',
    },
  ],
  // The lab dates what it has measured by the clock that it has now: throttles of an earlier fence seem new.
  maybe: [
    {
      check: 'function-errors',
      region: HOME,
      level: 'warning',
      says: 'errors and',
      next: `read the logs of the functions in ${HOME}`,
    },
  ],
}

export const LEFT_OUTAGE: Plant = {
  name: 'A rehearsal outage was left on',
  by: '`todo-dr outage start`',
  async make({sandbox}) {
    await sandbox.expect(0, ['outage', 'start'])
    return () => sandbox.expect(0, ['outage', 'stop'])
  },
  health: [
    {
      check: 'rehearsal-outage',
      region: HOME,
      level: 'problem',
      says: 'a rehearsal outage is on: api, since',
      next: 'todo-dr outage stop',
    },
    {
      check: 'concurrency',
      region: HOME,
      level: 'problem',
      says: 'closed by a rehearsal outage',
      next: 'todo-dr outage stop',
    },
    {check: 'api', region: HOME, level: 'problem', says: 'answers 5', next: 'todo-dr status'},
    {
      check: 'edge',
      region: null,
      level: 'problem',
      says: `a read is served by ${AWAY}, as ${HOME} does not answer it`,
      next: 'todo-dr status',
    },
  ],
}

export const CUT_RUN: Plant = {
  name: 'A switchover was cut in the middle',
  by: '`todo-dr switchover --drain`, killed after it has fenced the primary',
  async make({sandbox}) {
    const {signal} = await sandbox.run(['switchover', '--drain'], {env: {TODO_DR_FAILPOINT: 'before:canary'}})
    if (signal !== 'SIGKILL') throw new Error('the switchover was not cut')
    return () => sandbox.expect(0, ['resume', '--undo'])
  },
  health: [
    {
      check: 'unfinished-run',
      region: null,
      level: 'problem',
      says: `the switchover to ${AWAY} was begun and is not finished`,
      next: 'todo-dr resume *',
    },
    {
      check: 'concurrency',
      region: HOME,
      level: 'problem',
      says: 'the primary is fenced: it takes no writes',
      next: `todo-dr switchover --to ${HOME}`,
    },
    {
      check: 'lease',
      region: null,
      level: 'warning',
      says: 'a switch would be refused',
      next: 'wait until that command ends; todo-dr status',
    },
  ],
}

/** Of a new deployment; the first switch ends it. */
export const NEVER_REHEARSED: Plant = {
  name: 'Nobody has rehearsed',
  by: 'a deployment without a switch',
  make: () => Promise.resolve(() => Promise.resolve()),
  health: [
    {
      check: 'rehearsal',
      region: null,
      level: 'warning',
      says: 'no switch of this deployment is known',
      next: 'rehearse: todo-dr switchover and todo-dr failback, or todo-dr outage start and todo-dr failover --measure',
    },
  ],
}

export const SILENT_REGION: Plant = {
  name: 'A region does not answer',
  by: "the lab's fault `region-loss`, which takes connections and says nothing",
  async make({status}) {
    const fault = {kind: 'region-loss', region: AWAY}
    await callLab(status, 'POST', 'faults', {...fault, mode: 'hang'})
    return () => callLab(status, 'DELETE', 'faults', fault)
  },
  health: [
    {
      check: 'global-database',
      region: null,
      level: 'problem',
      says: `the member in ${AWAY} is`,
      next: 'wait until it is connected again; check with todo-dr status',
    },
    ...['instances', 'backups', 'api', 'functions', 'alarms', 'secrets'].map((check) => ({
      check,
      region: AWAY as typeof AWAY,
      level: 'unknown' as const,
      says: 'no answer within 3 s',
      next: 'todo-dr health again; todo-dr status says whether the region is down',
    })),
  ],
}
