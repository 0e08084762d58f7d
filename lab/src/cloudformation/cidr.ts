/** `Fn::Cidr`: address arithmetic for IPv4 and IPv6. */

import {validationError} from './template.js'

interface Block {
  address: bigint
  prefix: number
  bits: 32 | 128
}

/** `count` consecutive blocks with `hostBits` host bits each, from the start of `block`. Throws `ValidationError`. */
export function splitCidr(block: string, count: number, hostBits: number): string[] {
  const parsed = parse(block)
  const size = 1n << BigInt(hostBits)
  const room = 1n << BigInt(parsed.bits - parsed.prefix)
  if (!Number.isInteger(count) || count < 1 || count > 256 || hostBits < 1 || BigInt(count) * size > room)
    throw validationError(`Template error: Fn::Cidr cannot split ${block} into ${count} blocks of ${hostBits} bits`)
  const start = parsed.address - (parsed.address % room)
  return Array.from({length: count}, (_, index) => {
    const address = start + BigInt(index) * size
    return `${parsed.bits === 32 ? text4(address) : text6(address)}/${parsed.bits - hostBits}`
  })
}

function parse(block: string): Block {
  const [address = '', prefixText = ''] = block.split('/')
  const bits = address.includes(':') ? 128 : 32
  const prefix = Number(prefixText)
  const value = bits === 32 ? parse4(address) : parse6(address)
  if (value === undefined || prefixText === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > bits)
    throw validationError(`Template error: Fn::Cidr expects a CIDR block, not ${block}`)
  return {address: value, prefix, bits}
}

function parse4(address: string): bigint | undefined {
  const octets = address.split('.').map(Number)
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255))
    return undefined
  return octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
}

function parse6(address: string): bigint | undefined {
  const [head = '', tail] = address.split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const missing = 8 - groups(head).length - groups(tail ?? '').length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...groups(head), ...Array.from({length: missing}, () => '0'), ...groups(tail ?? '')]
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

const text4 = (address: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')

function text6(address: bigint): string {
  const groups = Array.from({length: 8}, (_, index) => ((address >> BigInt(112 - 16 * index)) & 65_535n).toString(16))
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')
}
