import {createHash} from 'node:crypto'

/** Numbers from 0 up to 1, the same for the same seed, and unlike those of the seed beside it. */
export function generator(seed: number): () => number {
  let count = 0
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 4_294_967_296
}
