import {request} from 'node:http'

/** The lab answered, and said no. */
export class LabRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** One call of `/_lab/`, as the holder of the lab's secret. Rejects with a LabRefusal for an answer other than 200, and with the socket's error otherwise. */
export function callLab<T>(
  {endpoint, secret}: {endpoint: string; secret: string},
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  timeoutMs: number,
  body?: object,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${secret}`,
      ...(text !== undefined && {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)}),
    }
    const signal = AbortSignal.timeout(timeoutMs)
    const call = request(new URL(path, endpoint), {method, headers, signal, agent: false}, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        try {
          const value = JSON.parse(Buffer.concat(chunks).toString('utf8')) as T & {
            error?: {code: string; message: string}
          }
          const {statusCode = 0} = response
          if (statusCode === 200) resolve(value)
          else
            reject(
              new LabRefusal(
                statusCode,
                value.error?.code ?? 'LabRefused',
                value.error?.message ?? `status ${statusCode}`,
              ),
            )
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    call.on('error', reject)
    call.end(text)
  })
}
