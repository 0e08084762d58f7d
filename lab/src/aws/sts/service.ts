import {ACCOUNT, fault, type CallContext, type Lab, type Operation, type Service} from '../../kernel.js'
import {api} from './api.js'

interface AssumeRoleInput {
  RoleArn?: string
  RoleSessionName?: string
  DurationSeconds?: number
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/

/** STS: who am I, and keys for a role. The lab has no trust policies: any role that exists may be assumed. */
export class StsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    GetCallerIdentity: (_: unknown, {callerArn, callerId}: CallContext) => ({
      Account: ACCOUNT,
      Arn: callerArn ?? `arn:aws:iam::${ACCOUNT}:root`,
      UserId: callerId ?? ACCOUNT,
    }),
    AssumeRole: (input: AssumeRoleInput, context: CallContext) => this.assumeRole(input, context),
  }

  constructor(private readonly lab: Pick<Lab, 'credentials' | 'service'>) {}

  /** To whom it may not be assumed AWS says the same, whether there is such a role or not. Source: AssumeRole, STS API reference. */
  private assumeRole(
    {RoleArn = '', RoleSessionName = '', DurationSeconds = 3600}: AssumeRoleInput,
    {callerArn = `arn:aws:iam::${ACCOUNT}:root`}: CallContext,
  ) {
    const [, account, role] = ROLE_ARN.exec(RoleArn) ?? []
    if (!account || !role) throw fault('ValidationError', `${RoleArn || 'an empty RoleArn'} is not the ARN of a role`)
    if (account !== ACCOUNT || !this.lab.service('iam').hasRole(RoleArn))
      throw fault(
        'AccessDenied',
        `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
        403,
      )
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/${RoleSessionName}`
    const userId = `AROALABLABLABLABLABLA:${RoleSessionName}`
    const pair = this.lab.credentials.issue({arn, userId}, DurationSeconds)
    return {
      Credentials: {
        AccessKeyId: pair.accessKeyId,
        SecretAccessKey: pair.secretAccessKey,
        SessionToken: pair.sessionToken,
        Expiration: new Date(pair.expiresAt),
      },
      AssumedRoleUser: {Arn: arn, AssumedRoleId: userId},
    }
  }
}
