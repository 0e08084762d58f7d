import {fromBase64, fromUtf8, toBase64, toUtf8} from '@smithy/core/serde'

/** What the SDK's protocols ask of their client, for use without one. */
export const serdeContext = {
  base64Encoder: toBase64,
  base64Decoder: fromBase64,
  utf8Encoder: toUtf8,
  utf8Decoder: fromUtf8,
  endpoint: async () => ({protocol: 'http:', hostname: 'localhost', path: '/'}),
  disableHostPrefix: true,
  requestHandler: {},
  async streamCollector(stream: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    if (stream instanceof Uint8Array) return stream
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return Buffer.concat(chunks)
  },
}

/** Timestamps as XML, query strings and labels write them, unless a trait says otherwise (5 is RFC 3339). */
export const XML_SETTINGS = {
  timestampFormat: {useTrait: true as const, default: 5 as const},
  httpBindings: false,
  xmlNamespace: '',
  serviceNamespace: '',
}

export const escapeXml = (text: string): string => text.replaceAll(/[<>&"']/g, (char) => `&#${char.codePointAt(0)!};`)
