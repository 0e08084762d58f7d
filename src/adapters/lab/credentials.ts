import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {DrError} from '../../errors.js'
import {noLab} from './list.js'
import {labFolder} from './record.js'

interface KeyPair {
  accessKeyId: string
  secretAccessKey: string
}

/** What the lab writes when it starts, in the format of AWS's shared credentials file. Only its owner can read it. */
export const credentialsFile = (lab: string): string => join(labFolder(lab), 'credentials')

/** The keys of the lab's administrator. Throws `NoLab` (exit usage) where no lab of this name has any. */
export async function administratorOf(lab: string): Promise<KeyPair> {
  const text = await readFile(credentialsFile(lab), 'utf8').catch(async (error: unknown) => {
    throw await noLab(lab, undefined, error)
  })
  const field = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? ''
  return {accessKeyId: field('aws_access_key_id'), secretAccessKey: field('aws_secret_access_key')}
}

/** Of a session: its token, and when it ends. */
interface LabCredentials extends KeyPair {
  sessionToken?: string
  expiration?: Date
}

/**
 * Who acts on a lab: its administrator, or another principal of it where TODO_DR_LAB_ACCESS_KEY_ID names one. Variables of their
 * own, and never those of AWS: a real key must not reach a lab, nor a lab's key AWS. Throws `LabKeyReal` (exit usage) for what
 * looks like a real one.
 */
export async function labCredentials(
  lab: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LabCredentials> {
  const {
    TODO_DR_LAB_ACCESS_KEY_ID: accessKeyId,
    TODO_DR_LAB_SECRET_ACCESS_KEY: secretAccessKey = '',
    TODO_DR_LAB_SESSION_TOKEN: sessionToken,
    TODO_DR_LAB_CREDENTIAL_EXPIRATION: expiration,
  } = environment
  if (!accessKeyId) return administratorOf(lab)
  if (!/^(?:AKIA|ASIA)[A-Z2-7]{16}$/.test(accessKeyId))
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && {sessionToken}),
      ...(expiration && {expiration: new Date(expiration)}),
    }
  throw new DrError({
    code: 'LabKeyReal',
    exit: 'usage',
    what: 'TODO_DR_LAB_ACCESS_KEY_ID looks like a key for AWS and was not sent to the lab',
    why: 'a lab accepts only principals registered with it (see docs/lab.md)',
    next: 'unset TODO_DR_LAB_ACCESS_KEY_ID',
  })
}
