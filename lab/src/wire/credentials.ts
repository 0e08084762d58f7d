import {randomBytes} from 'node:crypto'

import type {Policy} from '../govern/policy.js'
import {LAB_CREDENTIALS, ACCOUNT} from '../kernel.js'

export interface KeyPair {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** Epoch milliseconds; undefined for keys that last. */
  expiresAt?: number
  /** Who calls with this key, as sts:GetCallerIdentity says. */
  arn: string
  userId: string
  /** What it may do where IAM is enforced; without one it is an administrator. */
  policy?: Policy
  /** What its organization leaves it. */
  serviceControlPolicy?: Policy
}

export type TemporaryKeyPair = KeyPair & Required<Pick<KeyPair, 'sessionToken' | 'expiresAt'>>

/** The key pairs that open the lab: its well-known one, and those that sts:AssumeRole handed out. */
export class Credentials {
  private readonly keys = new Map<string, KeyPair>()

  /** `now`: epoch milliseconds of the lab's clock. */
  constructor(private readonly now: () => number = Date.now) {
    this.keys.set(LAB_CREDENTIALS.accessKeyId, {
      ...LAB_CREDENTIALS,
      arn: `arn:aws:iam::${ACCOUNT}:user/lab`,
      userId: 'AIDALABLABLABLABLABLA',
    })
  }

  find(accessKeyId: string): KeyPair | undefined {
    return this.keys.get(accessKeyId)
  }

  put(pair: KeyPair): void {
    this.keys.set(pair.accessKeyId, pair)
  }

  /** `seconds`: how long the keys are valid. */
  issue(identity: {arn: string; userId: string}, seconds: number): TemporaryKeyPair {
    const pair: TemporaryKeyPair = {
      accessKeyId: `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAt: this.now() + seconds * 1000,
      ...identity,
    }
    this.keys.set(pair.accessKeyId, pair)
    return pair
  }
}
