/** Cyclic redundancy checks, a byte at a time. Source: "A painless guide to CRC error detection algorithms", Ross N. Williams. */

/** By polynomial: of each byte the remainder, its higher and its lower 32 bits. */
const tables = new Map<bigint, {high: Uint32Array; low: Uint32Array}>()

function tableOf(polynomial: bigint): {high: Uint32Array; low: Uint32Array} {
  const known = tables.get(polynomial)
  if (known) return known
  const table = {high: new Uint32Array(256), low: new Uint32Array(256)}
  for (let byte = 0; byte < 256; byte++) {
    let rest = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) rest = rest & 1n ? (rest >> 1n) ^ polynomial : rest >> 1n
    table.high[byte] = Number(rest >> 32n)
    table.low[byte] = Number(rest & 0xff_ff_ff_ffn)
  }

  tables.set(polynomial, table)
  return table
}

/** The check of `bits` (32 or 64) that begins and ends with all ones; the polynomial has its bits in reverse. */
export function reflectedCrc(body: Uint8Array, polynomial: bigint, bits: 32 | 64): bigint {
  const {high: highs, low: lows} = tableOf(polynomial)
  const ones = 0xff_ff_ff_ff
  let high = bits === 64 ? ones : 0
  let low = ones
  for (const byte of body) {
    const index = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ lows[index]!
    high = (high >>> 8) ^ highs[index]!
  }

  const last = bits === 64 ? BigInt((high ^ ones) >>> 0) << 32n : 0n
  return last | BigInt((low ^ ones) >>> 0)
}
