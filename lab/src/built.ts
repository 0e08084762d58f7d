/**
 * The lab as it is built. What V8 has compiled of its chunks is kept for the next start: to compile them again takes longer than anything
 * else before the first stack. From its sources main.ts runs by itself.
 */

import {mkdirSync} from 'node:fs'

import {CodeCache} from './data-plane/lambda/child/code-cache.js'
import {userCache} from './user-cache.js'

try {
  const folder = userCache('lab')
  mkdirSync(folder, {recursive: true, mode: 0o700})
  const code = new CodeCache(folder)
  code.install()
  // By then the functions that were called are compiled too.
  process.once('exit', () => code.save())
} catch {
  // Without a place for it the lab runs as well.
}

void import('./main.js')
