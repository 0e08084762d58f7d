import {randomBytes} from 'node:crypto'

import type {TokenAccounts} from '../engine.js'
import {nativePasswordHash} from '../handshake.js'

/** As AWS's pages write it ("Creating a database account using IAM authentication", Aurora user guide). */
const BY_PLUGIN = /\bIDENTIFIED\s+WITH\s+([`'"]?)AWSAuthenticationPlugin\1\s+AS\s+(['"])RDS\2/gi

/** The password is another one in each lab. Replicas know it by the log, as they know every account. */
export function createTokenAccounts(): TokenAccounts {
  const password = randomBytes(24).toString('base64url')
  const instead = `IDENTIFIED VIA mysql_native_password USING '${nativePasswordHash(password)}'`
  return {password, translate: (sql) => sql.replaceAll(BY_PLUGIN, instead)}
}
