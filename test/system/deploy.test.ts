/** `deploy` of a project to a lab, and its end. `test/long` interrupts and changes it, and refuses what would do harm. */

import {expect} from 'chai'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {Sandbox} from '../support/cli.js'
import {Deploying, stackOf} from '../support/deploying.js'

describe('deploy', function () {
  this.timeout(360_000)
  const deploying = new Deploying()
  const {sandbox, project} = deploying

  after(() => deploying.end())

  it('makes an empty lab into a deployment that every command takes, and teardown leaves nothing of it', async () => {
    const result = await deploying.json()
    expect(result).to.include({status: 'deployed', app: 'Demo', account: '000000000000', failure: null})
    expect(stackOf(result, 'Demo-edge').status).to.equal('created')
    await sandbox.expect(0, ['seed'])
    expect(await sandbox.json<object>(['status'])).to.include({situation: 'Healthy'})
    const args = ['teardown', '--confirm', 'Demo', '--unprotect']
    const {remaining, failed} = await sandbox.json<TeardownResult>(args, 0, {cwd: project.folder})
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
  })
})

describe('deploy without what it needs', () => {
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  it('says where it looked for a project, and how to install its toolkit, and starts no lab for it', async () => {
    const {stderr} = await sandbox.expect(2, ['deploy'])
    expect(stderr).to.contain('no CDK project in').and.to.contain('todo-dr init')
    writeFileSync(join(sandbox.folder, 'cdk.json'), JSON.stringify({app: 'node app.js'}))
    const {error} = await sandbox.json<{error: {code: string; next: string}}>(['deploy'], 2)
    expect(error.code).to.equal('ToolkitMissing')
    expect(error.next).to.contain('npm ci')
    expect(sandbox.left('state')).to.deep.equal([])
  })
})
