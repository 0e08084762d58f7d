import {ACCOUNT, fault, type CallContext, type Lab, type Operation, type Service} from '../../kernel.js'
import {api} from './api.js'

interface AssumeRoleInput {
  RoleArn?: string
  RoleSessionName?: string
  DurationSeconds?: number
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/

/** STS: who am I, and keys for a role. The lab has no policies: any role of its account may be assumed. */
export class StsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    GetCallerIdentity: (_: unknown, {callerArn, callerId}: CallContext) => ({
      Account: ACCOUNT,
      Arn: callerArn ?? `arn:aws:iam::${ACCOUNT}:root`,
      UserId: callerId ?? ACCOUNT,
    }),
    AssumeRole: (input: AssumeRoleInput) => this.assumeRole(input),
  }

  constructor(private readonly lab: Pick<Lab, 'credentials'>) {}

  private assumeRole({RoleArn = '', RoleSessionName = '', DurationSeconds = 3600}: AssumeRoleInput) {
    const [, account, role] = ROLE_ARN.exec(RoleArn) ?? []
    if (!account || !role) throw fault('ValidationError', `${RoleArn || 'an empty RoleArn'} is not the ARN of a role`)
    if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
      throw fault('ValidationError', 'RoleSessionName must be 2 to 64 letters, digits and _+=,.@-')
    }

    // AWS's own range, of which a role's maximum session duration cuts off more.
    if (DurationSeconds < 900 || DurationSeconds > 43_200) {
      throw fault('ValidationError', 'DurationSeconds must be between 900 and 43200')
    }

    if (account !== ACCOUNT) throw fault('AccessDenied', `the lab's account is ${ACCOUNT}, not ${account}`, 403)
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
