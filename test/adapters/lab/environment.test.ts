import {expect} from 'chai'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {environmentOfLab, forgetAws} from '../../../src/adapters/lab/environment.js'
import {HOME} from '../../support/deployment.js'
import {keepEnvironment} from '../../support/environment.js'
import {serve} from '../../support/server.js'
import type {TestServer} from '../../support/server.js'

const ELSEWHERE = 'http://127.0.0.1:1'
const GARBLED = 'garbled'

/** What somebody has set for AWS, or for Node.js, and a lab must not care for. */
const DOORS: Record<string, string> = {
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_PROFILE: 'absent',
  AWS_DEFAULT_PROFILE: 'absent',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'real',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL: ELSEWHERE,
  AWS_ENDPOINT_URL_S3: ELSEWHERE,
  AWS_ENDPOINT_URL_RDS: ELSEWHERE,
  AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: ELSEWHERE,
  AWS_DEFAULTS_MODE: GARBLED,
  AWS_RETRY_MODE: GARBLED,
  AWS_MAX_ATTEMPTS: GARBLED,
  AWS_REQUEST_CHECKSUM_CALCULATION: GARBLED,
  AWS_RESPONSE_CHECKSUM_VALIDATION: GARBLED,
  AWS_S3_USE_ARN_REGION: GARBLED,
  AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: GARBLED,
  AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: GARBLED,
  AWS_DISABLE_REQUEST_COMPRESSION: GARBLED,
  AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES: GARBLED,
  AWS_SIGV4A_SIGNING_REGION_SET: 'eu-west-1',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_AUTH_SCHEME_PREFERENCE: 'httpBearerAuth',
  AWS_CA_BUNDLE: '/absent',
}
const STORE = 'arn:aws:cloudfront::000000000000:key-value-store/00000000-0000-0000-0000-000000000001'

describe('the environment of AWS, and a lab', () => {
  const putBack = keepEnvironment()
  let server: TestServer
  let folder: string

  beforeEach(async () => {
    server = await serve(({headers}) =>
      headers.authorization!.includes('/rds/') ? {headers: {'content-type': 'text/xml'}, body: '<x/>'} : {body: '{}'},
    )
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-environment-'))
    const settings = ['use_fips_endpoint = true', 'use_dualstack_endpoint = true', `endpoint_url = ${ELSEWHERE}`]
    writeFileSync(join(folder, 'config'), ['[default]', ...settings, 'retry_mode = garbled', ''].join('\n'))
  })

  afterEach(async () => {
    putBack()
    await server.close()
    rmSync(folder, {recursive: true})
  })

  /** As commands call a lab, after `forgetAws`. */
  async function ask(): Promise<void> {
    forgetAws()
    const clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    try {
      await clients.call('rds', HOME, 'DescribeGlobalClusters', {})
      await clients.call('s3', HOME, 'PutObject', {Bucket: 'b', Key: 'k', Body: '{}'})
      await clients.call('lambda', HOME, 'GetFunctionConcurrency', {FunctionName: 'f'})
      await clients.call('cloudfront-keyvaluestore', '', 'GetKey', {KvsARN: STORE, Key: 'k'})
    } finally {
      await clients.close()
    }
  }

  for (const [name, value] of Object.entries(DOORS))
    it(`field report 11: ${name} decides nothing in a lab`, async () => {
      process.env[name] = value
      expect(environmentOfLab()).not.to.have.property(name)
      await ask()
      for (const {headers} of server.asked) {
        expect(headers.authorization).to.contain('Credential=lab/')
        expect(headers['x-amz-region-set'] ?? '*').to.equal('*')
      }
    })

  it('field report 11: nor do files of AWS, or of whoever runs the lab', async () => {
    Object.assign(process.env, {AWS_CONFIG_FILE: join(folder, 'config'), HOME: folder})
    await ask()
    expect(environmentOfLab()).to.include({AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null'})
  })

  it('field report 11: a lab is told folders, language and the way to packages, and nothing else', () => {
    const told = {
      PATH: '/bin',
      HOME: '/h',
      TMPDIR: '/t',
      LC_ALL: 'C',
      XDG_CACHE_HOME: '/c',
      TODO_DR_MARIADBD: '/m',
      https_proxy: 'p',
    }
    const others = {
      NODE_OPTIONS: '--inspect',
      NODE_EXTRA_CA_CERTS: '/ca',
      MYSQL_HOME: '/my',
      LD_PRELOAD: '/l',
      CDK_DEBUG: '1',
    }
    const environment = environmentOfLab({...told, ...others})
    expect(environment).to.include(told)
    expect(environment).not.to.have.any.keys(...Object.keys(others))
  })
})
