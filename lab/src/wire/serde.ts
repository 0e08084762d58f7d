import {XmlShapeDeserializer} from '@aws-sdk/core/protocols'
import {FromStringShapeDeserializer} from '@smithy/core/protocols'
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

/** What a request holds that cannot be read as what its model says. */
export class Unreadable extends Error {
  constructor(
    message: string,
    readonly inBody = true,
  ) {
    super(message)
  }
}

type Binding = Parameters<FromStringShapeDeserializer['readHttpBinding']>

/** The SDK's reader makes some value of every text; AWS refuses what is no number and what is no truth. */
class StrictText extends FromStringShapeDeserializer {
  inBody = true

  override readHttpBinding(...[binding, data, location]: Binding): unknown {
    const type = binding[1] & 0xff
    const isWrong = (type === NUMBER && !isNumber(data)) || (type === BOOLEAN && !/^(true|false)$/i.test(data))
    if (isWrong) {
      const what = type === NUMBER ? 'number' : 'boolean'
      throw new Unreadable(`"${data}" cannot be read as a ${what}`, this.inBody)
    }

    return super.readHttpBinding(binding, data, location)
  }
}

/** The SDK's codes of these schemas. */
const NUMBER = 1
const BOOLEAN = 2

const isNumber = (text: unknown): boolean =>
  typeof text === 'string' && text.trim() !== '' && !Number.isNaN(Number(text))

/** A reader of texts as forms hold them, or path and query (which are not `inBody`). */
export function textReader(inBody = true): XmlShapeDeserializer {
  const reader = new XmlShapeDeserializer(XML_SETTINGS)
  reader.setSerdeContext(serdeContext as never)
  makeStrict(reader, inBody)
  return reader
}

/** Makes a reader of the SDK's refuse texts that are not what they have to be: of headers, and of XML. JSON has no such texts. */
export function makeStrict(reader: object, inBody = false): void {
  const parts = reader as {stringDeserializer?: {settings: never}; codecDeserializer?: object}
  if (parts.stringDeserializer) {
    const text = new StrictText(parts.stringDeserializer.settings)
    text.setSerdeContext(serdeContext as never)
    text.inBody = inBody
    parts.stringDeserializer = text as never
  }

  if (parts.codecDeserializer) makeStrict(parts.codecDeserializer, true)
}
