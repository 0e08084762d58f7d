/** A process with one server, for tests that kill it: prints the server's pid, then waits for its end. */
import {join} from 'node:path'

import {createCredentials} from '../../src/database/mariadb/credentials.js'
import {provideMariaDb} from '../../src/database/mariadb/provider.js'
import {Server} from '../../src/database/mariadb/server.js'
import {Volumes} from '../../src/database/mariadb/volume.js'
import {createPki} from '../../src/pki.js'

const folder = process.argv[2]!
const mariadb = await provideMariaDb()
const credentials = await createCredentials(folder)
const pki = await createPki(join(folder, 'pki'))
const server = new Server({
  mariadb,
  credentials,
  name: 'orphan',
  dataDir: await new Volumes(mariadb, folder).create('orphan'),
  errorLog: join(folder, 'error.log'),
  serverId: 1,
  tls: {...(await pki.issue('orphan', ['localhost'])), caFile: pki.caFile},
})
await server.start()
console.log(server.pid)
setInterval(() => undefined, 60_000)
