/** Where a request's template comes from: its body, a URL in the lab's S3, or the stack's own. */

import {bytesOf} from '../bytes.js'
import type {Lab} from '../kernel.js'
import type {Stack} from './stack.js'
import {validationError} from './template.js'

export interface TemplateSource {
  TemplateBody?: string
  TemplateURL?: string
  UsePreviousTemplate?: boolean
}

const MAX_BODY_BYTES = 51_200
const MAX_OBJECT_BYTES = 1_000_000

/** The template's text. Throws `ValidationError` where none, or too long a one, is given. */
export async function templateText(
  {TemplateBody, TemplateURL, UsePreviousTemplate}: TemplateSource,
  lab: Pick<Lab, 'call'>,
  region: string,
  stack?: Stack,
): Promise<string> {
  if (UsePreviousTemplate && stack) return stack.templateBody
  if ((TemplateBody === undefined) === (TemplateURL === undefined))
    throw validationError('Either Template URL or Template Body must be specified.')
  if (TemplateBody !== undefined) {
    if (Buffer.byteLength(TemplateBody) > MAX_BODY_BYTES)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
      )
    return TemplateBody
  }
  const {Body} = await lab.call('s3', 'GetObject', objectOf(TemplateURL!), region)
  const text = Buffer.from(await bytesOf(Body)).toString('utf8')
  if (Buffer.byteLength(text) > MAX_OBJECT_BYTES)
    throw validationError(`Template may not exceed ${MAX_OBJECT_BYTES} bytes in size.`)
  return text
}

/** The bucket and key of a path-style or virtual-hosted URL. */
function objectOf(url: string): {Bucket: string; Key: string} {
  const refusal = validationError(`S3 error: Domain name specified in ${url} is not a valid S3 domain`)
  if (!URL.canParse(url)) throw refusal
  const {hostname, pathname} = new URL(url)
  const path = decodeURIComponent(pathname.slice(1))
  const [, bucket] = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(hostname) ?? []
  if (bucket !== undefined) return {Bucket: bucket, Key: path}
  const slash = path.indexOf('/')
  const isPathStyle =
    /^s3[.-][a-z0-9.-]*amazonaws\.com$/.test(hostname) || hostname === '127.0.0.1' || hostname === 'localhost'
  if (!isPathStyle || slash < 1) throw refusal
  return {Bucket: path.slice(0, slash), Key: path.slice(slash + 1)}
}
