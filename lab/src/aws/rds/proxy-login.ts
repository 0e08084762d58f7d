/** How an RDS Proxy with end-to-end IAM authentication judges who logs in. */

import {readFile} from 'node:fs/promises'

import type {Certificates, TokenLogin} from '../../database/token-login.js'
import type {Lab} from '../../kernel.js'
import {signerOf} from './connect-token.js'
import {accountArn, mayConnect, roleMayConnect, roleNameOf} from './may-connect.js'
import {certificateNames} from './names.js'
import type {ProxyRecord} from './proxy-store.js'
import type {Rds} from './store.js'

/** A proxy listens at the port of its engine, whatever that of its targets. */
const PORT = 3306

/** `host`: of the endpoint that is connected to. What a refusal was for is in the log of the lab: a client is told nothing but that. */
export function tokenLogin({lab, fleet}: Rds, proxy: ProxyRecord, host: string): TokenLogin {
  const {password, translate} = fleet.engine.tokenAccounts
  return {
    certificates: () => certificatesOf(lab, proxy.region),
    translate,
    hasPassword: async (user) => (await usersOf(lab, proxy)).includes(user),
    async passwordFor(user, token) {
      try {
        await admit(lab, proxy, {host, user, token})
        return password
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        lab.log(`proxy ${proxy.name}`, `IAM authentication failed for user "${user}" with TLS on. Reason: ${reason}`)
        return undefined
      }
    },
  }
}

/** The client may use the account at the proxy, and the proxy may use it at the cluster. Throws where not. */
async function admit(
  lab: Lab,
  proxy: ProxyRecord,
  {host, user, token}: {host: string; user: string; token: string},
): Promise<void> {
  const {region, cluster} = proxy
  const signer = signerOf(token, {host, port: PORT, region, user}, lab.credentials, lab.now())
  const resource = accountArn(region, proxy.arn.split(':').at(-1)!, user)
  if (!(await mayConnect(lab, signer, resource, region)))
    throw new Error(`${signer} is not authorized to perform: rds-db:connect on resource: ${resource}`)
  if (!cluster?.iamAuthentication) throw new Error('the target does not have IAM database authentication on')
  const target = accountArn(region, cluster.resourceId, user)
  const question = {action: 'rds-db:connect', resource: target, context: () => undefined}
  if (!(await roleMayConnect(lab, roleNameOf(proxy.roleArn), question)))
    throw new Error(`the proxy's role is not authorized to perform: rds-db:connect on resource: ${target}`)
}

/** Those whose passwords the proxy has from secrets. A secret that can't be read names nobody. */
async function usersOf(lab: Lab, {auth, region}: ProxyRecord): Promise<unknown[]> {
  const found = await Promise.allSettled(
    auth.map(({SecretArn}) => lab.call('secretsmanager', 'GetSecretValue', {SecretId: SecretArn}, region)),
  )
  return found.map((one) => one.status === 'fulfilled' && usernameIn(one.value.SecretString))
}

function usernameIn(secret: string): unknown {
  try {
    return (JSON.parse(secret) as {username?: unknown}).username
  } catch {
    return undefined
  }
}

async function certificatesOf({name, pki}: Lab, region: string): Promise<Certificates> {
  const {certFile, keyFile} = await pki.issue(`rds-${region}`, certificateNames(name, region))
  const [cert, key, ca] = await Promise.all([certFile, keyFile, pki.caFile].map((file) => readFile(file)))
  return {cert: cert!, key: key!, ca: ca!}
}
