/** What comes out of the toolkit's process, as errors in four parts. */

import {createRequire} from 'node:module'
import {join} from 'node:path'
import {DrError} from '../../errors.js'
import {mapAwsError} from '../aws/errors.js'
import type {ToldError} from './protocol.js'

/** Names of SDK errors that say who is calling is the matter, wherever in the chain of causes they stand. */
const ABOUT_CREDENTIALS =
  /Expired|Credential|Token|InvalidClient|Unrecognized|Signature|AccessDenied|Unauthorized|AuthenticationError/

const toolkitMissing = (folder: string, why: string): DrError =>
  new DrError({
    code: 'ToolkitMissing',
    exit: 'usage',
    what: `the CDK toolkit of ${folder} cannot be loaded`,
    why,
    next: `(cd ${folder} && npm ci), with @aws-cdk/toolkit-lib in its devDependencies`,
  })

/** Throws `ToolkitMissing` (exit usage) where the project's toolkit is not installed; loads nothing. */
export function findToolkit(folder: string): void {
  try {
    createRequire(join(folder, 'package.json')).resolve('@aws-cdk/toolkit-lib')
  } catch {
    throw toolkitMissing(folder, 'its packages are not installed')
  }
}

/** `doing`: what the call was for, such as "the deployment". */
export function fromToolkit(error: ToldError, doing: {call: string; folder: string}): DrError {
  const {name, message, causes, requestId} = error
  const cause = Object.assign(new Error(message), {stack: error.stack})
  const denied = [{name, message}, ...causes].find((one) => ABOUT_CREDENTIALS.test(one.name))
  if (denied) {
    const sdk = Object.assign(new Error(denied.message), {
      name: denied.name,
      $metadata: {requestId, httpStatusCode: 403},
    })
    const mapped = mapAwsError(sdk, {action: `cdk ${doing.call}`, region: 'the region that it names'})
    return mapped.exit === 'credentials'
      ? mapped
      : new DrError({
          code: 'Credentials',
          exit: 'credentials',
          what: 'the AWS credentials are missing, wrong or expired',
          why: denied.message,
          next: 'aws sts get-caller-identity, with the same profile',
          requestId,
          cause,
        })
  }

  const innermost = causes.at(-1)?.message
  const why = innermost !== undefined && !message.includes(innermost) ? `${message}: ${innermost}` : message
  const parts = {why: why.trim(), requestId, cause}
  if (
    /LockError|OutdirLocked|ConcurrentWriteLock|ConcurrentReadLock/.test(`${name} ${message}`) ||
    /another CLI/i.test(message)
  ) {
    const next = 'wait until it is finished, then run this command again'
    return new DrError({
      code: 'ProjectBusy',
      exit: 'usage',
      what: `another program is working in ${doing.folder}`,
      ...parts,
      next,
    })
  }

  if (doing.call === 'open') {
    const next = `(cd ${doing.folder} && npm run synth) shows the full error`
    return new DrError({
      code: 'SynthFailed',
      exit: 'failed',
      what: 'the CDK project does not synthesize',
      ...parts,
      next,
    })
  }

  if (doing.call === 'bootstrap') {
    const exists = /already exists/i.test(why)
    return new DrError({
      code: 'BootstrapFailed',
      exit: 'failed',
      what: "CDK's bootstrap resources could not be created",
      ...parts,
      next: exists
        ? 'a bucket or repository of an earlier bootstrap still exists: delete it and the stack CDKToolkit, then run this command again'
        : 'look at the CDKToolkit stack of that region in CloudFormation, then run this command again',
    })
  }

  if (doing.call === 'rollback') {
    return new DrError({
      code: 'RollbackFailed',
      exit: 'failed',
      what: 'the rollback failed again',
      ...parts,
      next: 'fix the cause, then todo-dr deploy --continue-rollback',
    })
  }

  return new DrError({
    code: 'DeployFailed',
    exit: 'failed',
    what: `cdk ${doing.call} failed`,
    ...parts,
    next: 'todo-dr deploy',
  })
}
