/** YAML templates: the short forms of the intrinsic functions (`!Ref`, `!Sub`, ...) as their long forms. */

import {isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Tags} from 'yaml'
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

/**
 * Values that a template may have once its aliases are followed. The largest template has a million bytes, and so fewer values;
 * only aliases of aliases make more, and they make so many that no memory holds them.
 */
const MAX_VALUES = 1_000_000

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
  return plain(document.contents, {anchors: new Map(), left: MAX_VALUES})
}

interface Reading {
  /** The last node of each anchor so far, which is what an alias means. The parser would look through all of the document for each. */
  anchors: Map<string, unknown>
  /** Values that may still come. */
  left: number
}

function plain(node: unknown, reading: Reading): unknown {
  if (reading.left-- <= 0)
    throw fault('ValidationError', 'Template format error: YAML aliases make more values than a template can have.')
  if (isAlias(node)) return plain(reading.anchors.get(node.source), reading)
  if (isNode(node) && node.anchor) reading.anchors.set(node.anchor, node)
  if (isScalar(node)) return longForm(node.tag, node.value)
  if (isSeq(node))
    return longForm(
      node.tag,
      node.items.map((item) => plain(item, reading)),
    )
  if (isMap(node)) {
    const entries = node.items.map(({key, value}) => [String(plain(key, reading)), plain(value, reading)])
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
