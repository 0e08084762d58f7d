/** What stands around the program: an environment that is meant for AWS, and a user about whom the machine knows nothing. */

import {expect} from 'chai'
import {mkdirSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {Sandbox} from '../support/cli.js'

/** Node as it is for a user id without an entry in the user database, as in a container that is started with `--user`. */
const NOBODY = `data:text/javascript,${encodeURIComponent(`
  import os from 'node:os'
  import {syncBuiltinESMExports} from 'node:module'
  const none = (call) => { throw Object.assign(new Error('A system error occurred: ' + call + ' returned ENOENT'), {code: 'ERR_SYSTEM_ERROR'}) }
  os.userInfo = () => none('uv_os_get_passwd')
  os.homedir = () => process.env.HOME || none('uv_os_homedir')
  syncBuiltinESMExports()`)}`

describe('around the program', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  delete sandbox.env.SHELL
  sandbox.env.NODE_OPTIONS = `--import=${NOBODY}`
  const home = join(sandbox.folder, 'home')
  const hostile = {
    HOME: home,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    TMPDIR: join(sandbox.folder, 'absent'),
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    AWS_PROFILE: 'production',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULTS_MODE: 'garbled',
    AWS_SIGV4A_SIGNING_REGION_SET: 'eu-west-1',
    AWS_CA_BUNDLE: '/absent',
  }

  before(() => {
    mkdirSync(join(home, '.aws'), {recursive: true})
    const settings = ['use_fips_endpoint = true', 'use_dualstack_endpoint = true', 'endpoint_url = http://127.0.0.1:1']
    writeFileSync(
      join(home, '.aws', 'config'),
      ['[profile production]', ...settings, '[default]', ...settings, ''].join('\n'),
    )
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'], {env: hostile})
    sandbox.remove()
  })

  it('field report 11: a lab works as ever in an environment that is meant for AWS, for a user without a name', async () => {
    await sandbox.expect(0, ['lab', 'start'], {env: hostile})
    await sandbox.expect(0, ['seed'], {env: hostile})
    await sandbox.expect(0, ['crud', 'list'], {env: hostile})
    await sandbox.expect(0, ['status'], {env: hostile})
    const {stdout} = await sandbox.run(['doctor', '--target', 'lab', '--json'], {env: hostile})
    const {findings} = JSON.parse(stdout) as {findings: {check: string; level: string}[]}
    const levels = findings
      .filter(({check}) => ['reach', 'credentials', 'engine'].includes(check))
      .map(({level}) => level)
    expect(levels).to.deep.equal(Array.from({length: 6}, () => 'ok'))
  })

  for (const HOME of ['', 'relative'])
    it(`field report 11: a home that is "${HOME}" is named where it is needed, and only there`, async () => {
      await sandbox.expect(0, ['--help'], {env: {HOME}})
      expect((await sandbox.expect(2, ['lab', 'status', '--target', 'lab:none'], {env: {HOME}})).stderr).to.contain(
        'todo-dr lab start',
      )
      const {stderr} = await sandbox.expect(2, ['lab', 'status'], {env: {HOME, XDG_STATE_HOME: ''}})
      expect(stderr).to.contain('export HOME=').and.to.contain('XDG_STATE_HOME').and.not.to.contain('bug')
    })

  for (const variable of ['XDG_STATE_HOME', 'XDG_CACHE_HOME'])
    it(`field report F: ${variable} is named where a lab cannot make a folder in it`, async () => {
      const file = join(sandbox.folder, 'file')
      writeFileSync(file, '')
      const env = {...hostile, [variable]: file}
      const args = ['lab', 'start', '--target', 'lab:unusable']
      const {stderr} = await sandbox.expect(1, args, {env})
      expect(stderr).to.contain(`${file}/todo-dr`).and.to.contain(`set ${variable} to a folder`)
      expect(stderr)
        .not.to.contain('bug')
        .and.not.to.match(/ENOTDIR|\n\s+at /)
      await sandbox.expect(2, ['lab', 'status', '--target', 'lab:unusable'], {env: hostile})
    })
})
