/**
 * The digests that a client sends along with a body. Sources: "Checking object integrity", S3 user guide; error responses in the S3 API
 * reference; texts as LocalStack has recorded them from AWS in its tests of S3.
 */

import {createHash} from 'node:crypto'
import {crc32} from 'node:zlib'
import {fault} from '../../kernel.js'
import {reflectedCrc} from './crc.js'

const ALGORITHMS: Record<string, (body: Buffer) => Buffer> = {
  crc32: (body) => bytesOf(BigInt(crc32(body)), 4),
  crc32c: (body) => bytesOf(reflectedCrc(body, 0x82_f6_3b_78n, 32), 4),
  crc64nvme: (body) => bytesOf(reflectedCrc(body, 0x9a_6c_93_29_ac_4b_c9_b5n, 64), 8),
  sha1: (body) => createHash('sha1').update(body).digest(),
  sha256: (body) => createHash('sha256').update(body).digest(),
}

const HEADER = 'x-amz-checksum-'

/** Checksums there that are not of the body: of all the parts together. */
const OF_ANOTHER = new Set(['CompleteMultipartUpload', 'CreateMultipartUpload', 'CopyObject'])

/** Throws `BadDigest` where one is not that of the body, `InvalidDigest` and `InvalidRequest` for what is none. */
export function checkDigests(operation: string, headers: Readonly<Record<string, string>>, body: Buffer): void {
  const md5 = headers['content-md5']
  if (md5 !== undefined) checkMd5(md5, body)
  if (OF_ANOTHER.has(operation)) return
  const given = Object.keys(ALGORITHMS).filter((name) => headers[HEADER + name] !== undefined)
  const [algorithm] = given
  if (given.length > 1)
    throw invalid('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  if (algorithm !== undefined) checkSum(algorithm, headers[HEADER + algorithm]!, body)
  // DeleteObjects, S3 API reference.
  else if (
    operation === 'DeleteObjects' &&
    md5 === undefined &&
    !Object.keys(headers).some((name) => name.startsWith(HEADER))
  )
    throw invalid('Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
}

function checkMd5(given: string, body: Buffer): void {
  const fields = {'Content-MD5': given}
  if (!isDigest(given, 16)) throw fault('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, fields)
  const calculated = createHash('md5').update(body).digest('base64')
  if (calculated !== given)
    throw fault('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
      ExpectedDigest: given,
      CalculatedDigest: calculated,
    })
}

function checkSum(algorithm: string, given: string, body: Buffer): void {
  const calculated = ALGORITHMS[algorithm]!(body)
  if (!isDigest(given, calculated.length)) throw invalid(`Value for ${HEADER}${algorithm} header is invalid.`)
  if (calculated.toString('base64') !== given)
    throw fault('BadDigest', `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`)
}

/** So many bytes in base64. */
const isDigest = (text: string, length: number): boolean =>
  Buffer.from(text, 'base64').toString('base64') === text && Buffer.from(text, 'base64').length === length

const invalid = (message: string): Error => fault('InvalidRequest', message)

function bytesOf(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes.subarray(8 - length)
}
