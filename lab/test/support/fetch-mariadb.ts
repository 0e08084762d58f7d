/** Finds or fetches the database server that the lab's tests use, as a lab does. */

import {provideMariaDb} from '../../src/database/mariadb/provider.js'

await provideMariaDb({env: process.env, onProgress: (text) => console.error(text)})
