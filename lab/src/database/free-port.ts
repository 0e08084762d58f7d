import {randomInt} from 'node:crypto'
import {createServer} from 'node:net'

/**
 * Below the ephemeral range of Linux and below the lab's listeners: while a server is down, nothing else of the lab and no
 * outgoing connection takes its port.
 */
const FIRST_PORT = 14_000
const LAST_PORT = 20_000
const ATTEMPTS = 200

/** `wanted` where it is free, else any other free port of 127.0.0.1 between 14000 and 19999. */
export async function freePort(wanted = 0): Promise<number> {
  if (wanted && (await isFree(wanted))) return wanted
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if (await isFree(port)) return port
  }

  throw new Error(`no free port between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({host: '127.0.0.1', port, exclusive: true}, () => server.close(() => resolve(true)))
  })
}
