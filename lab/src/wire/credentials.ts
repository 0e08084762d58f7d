import {randomBytes} from 'node:crypto'
import {writeFile} from 'node:fs/promises'

import {judge, type Policy} from '../govern/policy.js'
import {ACCOUNT, ADMINISTRATOR_KEY_ID, type Bearer, type PolicyQuestion, type Verdict} from '../kernel.js'

export interface KeyPair extends Bearer {
  /** What it may do where IAM is enforced; without one it is an administrator. */
  policy?: Policy
  /** What its organization leaves it. */
  serviceControlPolicy?: Policy
}

export type TemporaryKeyPair = KeyPair & Required<Pick<KeyPair, 'sessionToken' | 'expiresAt'>>

/** The key pairs that open the lab: its administrator's, registered principals', and those that sts:AssumeRole handed out. */
export class Credentials {
  /** May do everything on the wire, and is alone in ruling the lab itself (`/_lab/`). */
  readonly administrator: KeyPair = {
    accessKeyId: ADMINISTRATOR_KEY_ID,
    secretAccessKey: randomBytes(30).toString('base64url'),
    arn: `arn:aws:iam::${ACCOUNT}:user/lab`,
    userId: 'AIDALABLABLABLABLABLA',
  }

  private readonly keys = new Map([[ADMINISTRATOR_KEY_ID, this.administrator]])

  /** `now`: epoch milliseconds of the lab's clock. */
  constructor(private readonly now: () => number = Date.now) {}

  /** Writes the administrator's keys as AWS's tools read them from AWS_SHARED_CREDENTIALS_FILE. Who can read the file rules the lab. */
  async save(file: string): Promise<void> {
    const {accessKeyId, secretAccessKey} = this.administrator
    const text = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
    await writeFile(file, text, {mode: 0o600, flag: 'wx'})
  }

  find(accessKeyId: string): KeyPair | undefined {
    return this.keys.get(accessKeyId)
  }

  /** Who has no policy is an administrator. */
  judge(userArn: string, question: PolicyQuestion): {identity: Verdict; organization?: Verdict} | undefined {
    const found = [...this.keys.values()].find(({arn, sessionToken}) => arn === userArn && sessionToken === undefined)
    if (!found) return undefined
    const {policy, serviceControlPolicy} = found
    return {
      identity: policy ? judge(policy, question) : 'allowed',
      ...(serviceControlPolicy && {organization: judge(serviceControlPolicy, question)}),
    }
  }

  put(pair: KeyPair): void {
    this.keys.set(pair.accessKeyId, pair)
  }

  /** `seconds`: how long the keys are valid; Infinity for as long as the lab. */
  issue(identity: {arn: string; userId: string}, seconds: number): TemporaryKeyPair {
    const pair: TemporaryKeyPair = {
      // No id of AWS's has the digit 0: whoever looks for real keys lets this one pass.
      accessKeyId: `ASIA0${randomBytes(8).toString('hex').toUpperCase().slice(0, 15)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAt: this.now() + seconds * 1000,
      ...identity,
    }
    this.keys.set(pair.accessKeyId, pair)
    return pair
  }
}
