/** YAML templates: the short forms of the intrinsic functions (`!Ref`, `!Sub`, ...) as their long forms. */

import {isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Tags} from 'yaml'
import {fault} from '../kernel.js'

/** The functions that have a short form. All but Ref and Condition get the prefix `Fn::`. */
const SHORT_FORMS = [
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
]

/** The tags are declared so that the parser keeps them on the nodes; `plain` turns them into long forms. */
const CUSTOM_TAGS = SHORT_FORMS.flatMap((name) => {
  const tag = `!${name}`
  return [
    {tag, resolve: (text: string) => text},
    {tag, collection: 'seq', resolve: (node: unknown) => node},
    {tag, collection: 'map', resolve: (node: unknown) => node},
  ]
}) as unknown as Tags

/** Plain data from YAML 1.2 core (dates stay text), without merge keys, as CloudFormation has none. Throws `ValidationError`. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, {
    customTags: (tags) => [...tags, ...CUSTOM_TAGS],
    schema: 'core',
    merge: false,
    logLevel: 'error',
    prettyErrors: true,
  })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem)
    throw fault('ValidationError', `Template format error: YAML not well-formed. (${problem.message.split('\n')[0]})`)
  return plain(document.contents, document)
}

function plain(node: unknown, document: Document.Parsed): unknown {
  if (isAlias(node)) return plain(node.resolve(document), document)
  if (isScalar(node)) return longForm(node.tag, node.value)
  if (isSeq(node))
    return longForm(
      node.tag,
      node.items.map((item) => plain(item, document)),
    )
  if (isMap(node)) {
    const entries = node.items.map(({key, value}) => [String(plain(key, document)), plain(value, document)])
    return longForm(node.tag, Object.fromEntries(entries))
  }
  return node ?? null
}

function longForm(tag: string | undefined, value: unknown): unknown {
  const name = tag?.startsWith('!') ? tag.slice(1) : undefined
  if (name === undefined || !SHORT_FORMS.includes(name)) return value
  if (name === 'Ref' || name === 'Condition') return {[name]: value}
  if (name === 'GetAtt' && typeof value === 'string') {
    const [logicalId, ...attribute] = value.split('.')
    return {'Fn::GetAtt': [logicalId, attribute.join('.')]}
  }
  return {[`Fn::${name}`]: value}
}
