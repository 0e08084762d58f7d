import {DrError} from '../../errors.js'

interface KeyPair {
  accessKeyId: string
  secretAccessKey: string
}

/** The lab's own key pair, well known as it opens nothing but a server on loopback: an administrator there. */
const ADMINISTRATOR: KeyPair = {accessKeyId: 'lab', secretAccessKey: 'lab'}

/**
 * Who acts on a lab: another principal of it where TODO_DR_LAB_ACCESS_KEY_ID names one. Variables of their own, and never those of
 * AWS: a real key must not reach a lab, nor a lab's key AWS. Throws `LabKeyReal` (exit usage) for what looks like a real one.
 */
export function labCredentials(environment: NodeJS.ProcessEnv = process.env): KeyPair {
  const {TODO_DR_LAB_ACCESS_KEY_ID: accessKeyId, TODO_DR_LAB_SECRET_ACCESS_KEY: secretAccessKey = ''} = environment
  if (!accessKeyId) return ADMINISTRATOR
  if (!/^(?:AKIA|ASIA)[A-Z2-7]{16}$/.test(accessKeyId)) return {accessKeyId, secretAccessKey}
  throw new DrError({
    code: 'LabKeyReal',
    exit: 'usage',
    what: 'TODO_DR_LAB_ACCESS_KEY_ID looks like a key of AWS, and was not sent to the lab',
    why: 'a lab knows only principals that were registered with it (docs/lab.md)',
    next: 'unset TODO_DR_LAB_ACCESS_KEY_ID',
  })
}
