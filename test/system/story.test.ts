/** The whole story, step by step, against `lab start`: what a newcomer would type, and what the original's users typed. */

import {expect} from 'chai'
import {execFile} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {connect} from 'node:net'
import {generateKeyPair, SignJWT, decodeJwt} from 'jose'
import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {Sandbox, type LabStatus} from '../support/cli.js'

interface ToDo {
  id: string
  task: string
  status: string
}
interface Topology {
  primary: string
  standby: string
  edge: string
  replication: string
}

interface Measured {
  verdict: string
  scenario: null
  target: string
  topology: {afterFailover: Topology}
  rpo: {lostCount: number; lost: unknown[]; met: boolean | null}
  singleWriter: {valid: boolean | 'unknown'}
}

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

/** curl, as in the original's README. */
const curl = (...args: string[]): Promise<{status: number; region: string; body: {status: string; response: never}}> =>
  new Promise((done, fail) => {
    execFile(
      'curl',
      ['--silent', '--max-time', '20', '-w', '\n%{http_code} %header{x-served-by-region}', '--location', ...args],
      (error, stdout) => {
        if (error) return fail(error)
        const at = stdout.lastIndexOf('\n')
        const [status, region] = stdout.slice(at + 1).split(' ')
        let body
        try {
          body = JSON.parse(stdout.slice(0, at))
        } catch {
          body = stdout.slice(0, at)
        }

        done({status: Number(status), region: region ?? '', body})
      },
    )
  })

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })

describe('the story, step by step', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  let token: string
  let created: ToDo

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the CLI prints is looked at by the tests themselves
  const aws = (...args: string[]) => awsCli<any>(status, HOME, ...args)

  const FLOWS = ['--allowed-o-auth-flows', 'client_credentials', '--allowed-o-auth-flows-user-pool-client']

  const tokenOf = async (client: {ClientId: string; ClientSecret: string}, scope: string): Promise<string> => {
    const {tokenUrl} = status.regions.find(({region}) => region === HOME)!
    const user = ['--user', `${client.ClientId}:${client.ClientSecret}`]
    const grant = ['--data-urlencode', 'grant_type=client_credentials', '--data-urlencode', `scope=${scope}`]
    const answer = await curl('--request', 'POST', tokenUrl, ...user, ...grant)
    return (answer.body as unknown as {access_token: string}).access_token
  }

  before(async () => {
    await sandbox.expect(0, ['lab', 'start'])
    status = await sandbox.json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('answers where everything is', () => {
    expect(status.regions.map(({region, role}) => [region, role])).to.deep.equal([
      [HOME, 'primary'],
      [AWAY, 'standby'],
    ])
    for (const region of status.regions) {
      expect(region.apiUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+\/prod$/)
      expect(region.tokenUrl).to.match(/\/oauth2\/token$/)
      expect(region.pids.length).to.be.greaterThan(0)
    }
  })

  it('field report 22: says of a lab that nobody has seeded that it is to be seeded', async () => {
    const seen = await sandbox.json<{situation: string; next: string}>(['status'], 5)
    expect(seen).to.include({situation: 'TableMissing', next: 'todo-dr seed'})
  })

  it('seeds, fetches a token, and goes through create, get, list, update, delete', async () => {
    await sandbox.expect(0, ['seed'])
    token = (await sandbox.expect(0, ['token'])).stdout.trim()
    expect(token.split('.')).to.have.length(3)
    created = await sandbox.json<ToDo>(['crud', 'create', '--task', "it's 東京 🗼", '--status', 'wip'])
    expect(created.task).to.equal("it's 東京 🗼")
    expect(await sandbox.json<ToDo>(['crud', 'get', created.id])).to.deep.equal(created)
    const updated = await sandbox.json<ToDo>(['crud', 'update', created.id, '--task', 'two', '--status', 'done'])
    expect(updated).to.include({id: created.id, task: 'two', status: 'done'})
    const {items} = await sandbox.json<{items: ToDo[]}>(['crud', 'list', '--limit', '100'])
    expect(items.map((item) => item.id)).to.include.members(['1', '2', '10', created.id])
    const doomed = await sandbox.json<ToDo>(['crud', 'create', '--task', 'doomed', '--status', 'wip'])
    await sandbox.expect(0, ['crud', 'delete', doomed.id])
    await sandbox.expect(1, ['crud', 'get', doomed.id])
  })

  it('says that all is well, and who is primary', async () => {
    const seen = await sandbox.json<Record<string, unknown>>(['status'])
    expect(seen).to.include({situation: 'Healthy', primary: HOME, standby: AWAY, edge: HOME, app: 'ToDoMgmt'})
  })

  const curlLines = async (region: string): Promise<void> => {
    const url = `${status.edgeUrl}/v1`
    const auth = ['--header', `Authorization: ${token}`]
    const json = ['--header', 'Content-Type: application/json', '--data-raw']
    const got = await curl('--request', 'GET', `${url}?id=1`, ...auth)
    expect(got).to.deep.include({status: 200, region})
    expect((got.body.response as ToDo).id).to.equal('1')
    const made = await curl(
      '--request',
      'POST',
      url,
      ...auth,
      ...json,
      '{ "task": "Sample Task new", "status": "wip" }',
    )
    expect(made).to.deep.include({status: 201, region})
    const {id} = made.body.response as ToDo
    const changed = await curl(
      '--request',
      'POST',
      url,
      ...auth,
      ...json,
      `{ "id": "${id}", "task": "Sample Task Updated", "status": "done" } `,
    )
    expect(changed).to.deep.include({status: 200, region})
    const gone = await curl('--request', 'DELETE', url, ...auth, ...json, `{ "id": "${id}" } `)
    expect(gone).to.deep.include({status: 200, region})
    const bearer = await curl('--request', 'GET', `${url}?id=1`, '--header', `Authorization: Bearer ${token}`)
    expect(bearer.status).to.equal(200)
  }

  it('serves the curl lines of the original through the edge', () => curlLines(HOME))

  it('refuses a missing, a tampered and a self-signed token with 401', async () => {
    const url = `${status.edgeUrl}/v1?id=1`
    expect((await curl(url)).status).to.equal(401)
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({...decodeJwt(token), sub: 'somebody-else'})).toString('base64url')
    expect((await curl(url, '--header', `Authorization: ${header}.${forged}.${signature}`)).status).to.equal(401)
    const {privateKey} = await generateKeyPair('RS256')
    const {kid} = JSON.parse(Buffer.from(header, 'base64url').toString()) as {kid: string}
    const own = await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
      .setProtectedHeader({alg: 'RS256', kid})
      .sign(privateKey)
    expect((await curl(url, '--header', `Authorization: ${own}`)).status).to.equal(401)
  })

  it('refuses an expired token and one of another client with 401, and one without the scope with 403', async function () {
    needsAwsCli(this)
    const url = `${status.edgeUrl}/v1?id=1`
    const {UserPools} = await aws('cognito-idp', 'list-user-pools', '--max-results', '10')
    const pool = ['--user-pool-id', UserPools[0].Id]
    const scope = ['--identifier', 'other', '--name', 'other', '--scopes', 'ScopeName=read,ScopeDescription=read']
    await aws('cognito-idp', 'create-resource-server', ...pool, ...scope)

    const {UserPoolClients} = await aws('cognito-idp', 'list-user-pool-clients', ...pool)
    const one = [...pool, '--client-id', UserPoolClients[0].ClientId]
    const own = (await aws('cognito-idp', 'describe-user-pool-client', ...one)).UserPoolClient
    const update = (...settings: string[]) =>
      aws('cognito-idp', 'update-user-pool-client', ...one, ...FLOWS, '--allowed-o-auth-scopes', ...settings)
    const answered = async (held: string) => (await curl(url, '--header', `Authorization: ${held}`)).status

    // Long enough for a busy machine to ask once.
    const brief = ['--access-token-validity', '8', '--token-validity-units', 'AccessToken=seconds']
    await update('api/upsert-delete', 'other/read', ...brief)
    const shortLived = await tokenOf(own, 'api/upsert-delete')
    expect(await answered(shortLived)).to.equal(200)
    // What API Gateway keeps of it outlives it.
    await new Promise((resolve) => setTimeout(resolve, decodeJwt(shortLived).exp! * 1000 + 50 - Date.now()))
    expect(await answered(shortLived)).to.equal(401)

    await update('api/upsert-delete', 'other/read', '--access-token-validity', '1')
    expect(await answered(await tokenOf(own, 'other/read'))).to.equal(403)
    expect(await answered(await tokenOf(own, 'api/upsert-delete'))).to.equal(200)
    await update('api/upsert-delete', '--access-token-validity', '1')

    const made = [
      '--client-name',
      'made',
      ...FLOWS,
      '--allowed-o-auth-scopes',
      'api/upsert-delete',
      '--generate-secret',
    ]
    const other = (await aws('cognito-idp', 'create-user-pool-client', ...pool, ...made)).UserPoolClient
    expect(await answered(await tokenOf(other, 'api/upsert-delete'))).to.equal(401)
  })

  it('is understood by the AWS CLI, a client that was written elsewhere', async function () {
    needsAwsCli(this)
    const {GlobalClusters} = await aws('rds', 'describe-global-clusters')
    expect(
      GlobalClusters[0].GlobalClusterMembers.filter((member: {IsWriter: boolean}) => member.IsWriter),
    ).to.have.length(1)
    const {Targets} = await aws('rds', 'describe-db-proxy-targets', '--db-proxy-name', `todomgmt-${HOME}`)
    expect(
      Targets.some((target: {TargetHealth?: {State: string}}) => target.TargetHealth?.State === 'AVAILABLE'),
    ).to.equal(true)
    const {Stacks} = await aws('cloudformation', 'describe-stacks')
    expect(Stacks.map((stack: {StackStatus: string}) => stack.StackStatus)).to.satisfy((all: string[]) =>
      all.every((one) => one === 'CREATE_COMPLETE'),
    )
    const edge = Stacks.find((stack: {StackName: string}) => stack.StackName === 'ToDoMgmt-edge')
    const id = edge.Outputs.find((output: {OutputKey: string}) => /distribution/i.test(output.OutputKey)).OutputValue
    const {Distribution} = await aws('cloudfront', 'get-distribution', '--id', id)
    expect(Distribution.DistributionConfig.Origins.Quantity).to.equal(2)
    const out = join(mkdtempSync(join(tmpdir(), 'todo-dr-aws-')), 'out.json')
    await aws(
      'lambda',
      'invoke',
      '--function-name',
      `ToDoMgmt-app-${HOME}-CreateTableFunction`,
      '--cli-binary-format',
      'raw-in-base64-out',
      '--payload',
      '{"action": "CREATE_TABLE"}',
      out,
    )
    expect(JSON.parse(readFileSync(out, 'utf8'))).to.include({status: 'ok'})
    rmSync(join(out, '..'), {recursive: true})
  })

  it('makes an outage with AWS calls, fails over and measures it', async () => {
    await sandbox.expect(0, ['outage', 'start', '--region', HOME])
    expect(await sandbox.json<object>(['outage', 'status'], 0)).to.be.an('object')
    // The outage came before the load: no write was acknowledged just before it, so that nothing can be said about loss.
    const result = await sandbox.json<Measured>(
      ['failover', '--measure', '--allow-data-loss', '--confirm', 'ToDoMgmt'],
      6,
    )
    expect(result).to.include({verdict: 'unknown', scenario: null, target: 'lab'})
    expect(result.topology.afterFailover).to.include({primary: AWAY, standby: HOME, edge: AWAY})
    expect(result.rpo).to.deep.include({lostCount: 0, lost: [], met: null})
    expect(result.singleWriter.valid).to.equal(true)
    await sandbox.expect(0, ['outage', 'stop'])
  })

  it('still has the old ToDos, and serves the curl lines from the other region', async () => {
    const old = await sandbox.json<ToDo>(['crud', 'get', created.id])
    expect(old).to.include({id: created.id, task: 'two'})
    token = (await sandbox.expect(0, ['token'])).stdout.trim()
    await curlLines(AWAY)
  })

  it('goes home again', async () => {
    await sandbox.expect(0, ['failback'])
    const seen = await sandbox.json<Record<string, unknown>>(['status'])
    expect(seen).to.include({situation: 'Healthy', primary: HOME, standby: AWAY, edge: HOME})
    await curlLines(HOME)
    expect(await sandbox.json<ToDo>(['crud', 'get', created.id])).to.include({id: created.id})
  })

  it('leaves nothing behind', async () => {
    await sandbox.expect(0, ['lab', 'stop'])
    const pids = status.regions.flatMap((region) => region.pids)
    for (const pid of pids) expect(() => process.kill(pid, 0), `pid ${pid}`).to.throw(/ESRCH/)
    const ports = [status.endpoint, status.edgeUrl, ...status.regions.map((region) => region.apiUrl)].map((url) =>
      Number(new URL(url).port),
    )
    for (const port of [...ports, ...status.regions.map((region) => region.database.port)])
      expect(await listens(port), `port ${port}`).to.equal(false)
    expect(sandbox.left('state').filter((path) => path.includes('labs/'))).to.deep.equal([])
    await sandbox.expect(2, ['lab', 'stop'])
  })
})
