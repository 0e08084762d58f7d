/**
 * The lab as it is built. What V8 has compiled of its chunks is kept for the next start: to compile them again takes longer than anything
 * else before the first stack. From its sources main.ts runs by itself.
 */

import {CodeCache} from './data-plane/lambda/child/code-cache.js'
import {userCache} from './user-cache.js'

const code = new CodeCache(userCache('lab'))
code.install()
// By then the functions that were called are compiled too.
process.once('exit', () => code.save())

void import('./main.js')
