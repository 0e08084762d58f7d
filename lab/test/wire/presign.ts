import type {GetObjectCommand} from '@aws-sdk/client-s3'
import {Hash} from '@smithy/core/serde'
import {SignatureV4} from '@smithy/signature-v4'

interface ClientConfig {
  endpoint: string
  region: string
  credentials: {accessKeyId: string; secretAccessKey: string}
}

/** Path and query of a presigned GET. */
export async function createPresigned(
  config: ClientConfig,
  command: GetObjectCommand,
  seconds: number,
  at = new Date(),
): Promise<string> {
  const {Bucket, Key} = command.input
  const {hostname, port} = new URL(config.endpoint)
  const signer = new SignatureV4({
    ...config,
    service: 's3',
    uriEscapePath: false,
    sha256: Hash.bind(null, 'sha256') as never,
  })
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: `/${Bucket}/${Key}`,
    query: {},
    headers: {host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
  }
  const {query = {}} = await signer.presign(request, {
    expiresIn: seconds,
    signingDate: at,
    unsignableHeaders: new Set(['x-amz-content-sha256']),
    unhoistableHeaders: new Set(['x-amz-content-sha256']),
  })
  return `${request.path}?${new URLSearchParams(query as Record<string, string>).toString()}`
}
