import {ServiceFault} from '../kernel.js'
import type {Protocol} from '../service.js'
import type {WireResponse} from './messages.js'
import type {ServiceModel} from './model.js'
import {escapeXml} from './serde.js'

/** What an error looks like on each protocol's wire. A service may throw the shape's name or the wire's code. */
export function encodeError(
  error: ServiceFault,
  protocol: Protocol,
  requestId: string,
  model?: ServiceModel,
): WireResponse {
  const modelled = model?.errors.get(error.code)
  const isJsonRpc = protocol === 'json' || protocol === 'cbor'
  // JSON by operation name answers 400 to every error of a client, whatever its model says.
  const status = error.status === 400 && !isJsonRpc ? (modelled?.status ?? 400) : error.status
  const type = status < 500 ? 'Sender' : 'Receiver'
  const code = protocol === 'query' || protocol === 'ec2' ? (modelled?.code ?? error.code) : error.code

  if (protocol === 'ec2') {
    return xml(
      status,
      `<Response><Errors><Error>${xmlError(code, error)}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    )
  }

  if (protocol === 'restXml' && model?.signingName === 's3') {
    return xml(
      status,
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xmlError(code, error)}<RequestId>${requestId}</RequestId></Error>`,
    )
  }

  if (protocol === 'query' || protocol === 'restXml') {
    const xmlns = escapeXml(model?.settings.xmlNamespace ?? '')
    return xml(
      status,
      `<ErrorResponse xmlns="${xmlns}"><Error><Type>${type}</Type>${xmlError(code, error)}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    )
  }

  const headers: Record<string, string> = {
    'content-type': protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json',
    'x-amzn-errortype': code,
  }
  // Services that moved from the query protocol to JSON say here what the old code was.
  if (modelled && modelled.code !== error.code) headers['x-amzn-query-error'] = `${modelled.code};${type}`
  return {
    status,
    headers,
    body: JSON.stringify({__type: code, message: error.message, Message: error.message, ...error.fields}),
  }
}

const xml = (status: number, body: string): WireResponse => ({status, headers: {'content-type': 'text/xml'}, body})

function xmlError(code: string, error: ServiceFault): string {
  const fields = Object.entries(error.fields)
    .filter(([, value]) => value !== undefined && typeof value !== 'object')
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
  return `<Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>${fields.join('')}`
}
