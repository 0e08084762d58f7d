/** Starts a lab that is tied to this process, tells its pid, and waits to be killed. */

import {labs} from '../../../src/adapters/lab/index.js'

const lab = await labs.start({name: 'default', empty: true, tied: true})
process.send?.(lab.pid)
setInterval(() => undefined, 60_000)
