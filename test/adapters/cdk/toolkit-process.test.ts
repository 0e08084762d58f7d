import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from 'chai'
import {ToolkitProcess} from '../../../src/adapters/cdk/toolkit-process.js'
import type {ToolkitOptions} from '../../../src/adapters/cdk/toolkit-process.js'
import {ROOT} from '../../support/cli.js'

const stack = (environment: string) => ({
  type: 'aws:cloudformation:stack',
  environment,
  properties: {templateFile: 'template.json', stackName: 'data'},
})

/** Two stacks of one name: one says where it stands, and the other does not. */
const MANIFEST = {
  version: '36.0.0',
  artifacts: {
    Placed: stack('aws://222222222222/eu-west-1'),
    Anywhere: stack('aws://unknown-account/unknown-region'),
  },
}

const SYNTHESIZE = `
const {writeFileSync} = require('node:fs')
const out = process.env.CDK_OUTDIR
writeFileSync(out + '/manifest.json', ${JSON.stringify(JSON.stringify(MANIFEST))})
writeFileSync(out + '/template.json', '{"Resources": {}}')
`

describe('the process of the toolkit', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'todo-dr-toolkit-'))
  const outer = {...process.env}

  before(() => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{}')
    writeFileSync(join(folder, 'synthesize.cjs'), SYNTHESIZE)
    writeFileSync(join(folder, 'aws-config'), '[default]\nregion = sa-east-1\n[profile other]\nregion = ca-west-1\n')
  })

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in outer)) delete process.env[name]
    Object.assign(process.env, outer)
  })

  after(() => rmSync(folder, {recursive: true, force: true}))

  const open = async (environment: Record<string, string>, options: Partial<ToolkitOptions> = {}) => {
    for (const name of Object.keys(process.env)) if (/^(?:AWS|AMAZON)_/.test(name)) delete process.env[name]
    const nowhere = {AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's'}
    Object.assign(
      process.env,
      nowhere,
      {AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null'},
      environment,
    )
    const toolkit = new ToolkitProcess({
      folder,
      app: 'node synthesize.cjs',
      context: {},
      account: '111111111111',
      validation: false,
      access: {},
      cdkHome: folder,
      ...options,
    })
    try {
      return await toolkit.open()
    } finally {
      await toolkit.close()
    }
  }

  const doors: [what: string, environment: Record<string, string>, options: Partial<ToolkitOptions>, region: string][] =
    [
      ['AWS_REGION', {AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-west-3'}, {}, 'eu-central-1'],
      ['the default profile', {AWS_CONFIG_FILE: join(folder, 'aws-config')}, {}, 'sa-east-1'],
      ['AWS_PROFILE', {AWS_CONFIG_FILE: join(folder, 'aws-config'), AWS_PROFILE: 'other'}, {}, 'ca-west-1'],
      [
        'the home region of a lab',
        {AWS_REGION: 'eu-central-1'},
        {
          region: 'ap-east-1',
          access: {endpoint: 'http://127.0.0.1:1', credentials: {accessKeyId: 'k', secretAccessKey: 's'}},
        },
        'ap-east-1',
      ],
    ]
  for (const [what, environment, options, region] of doors) {
    it(`field report 16: puts a stack that names no environment where the toolkit does: by ${what}`, async () => {
      const stacks = await open(environment, options)
      expect(stacks.map((one) => `${one.name} ${one.account} ${one.region}`)).to.have.members([
        'data 222222222222 eu-west-1',
        `data 111111111111 ${region}`,
      ])
    })
  }
})
