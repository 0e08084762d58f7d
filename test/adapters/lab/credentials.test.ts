import {mkdtemp, mkdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'
import {labCredentials} from '../../../src/adapters/lab/credentials.js'
import {DrError} from '../../../src/errors.js'
import {thrownBy} from '../../support/thrown.js'

describe('who acts on a lab', () => {
  const before_ = process.env.XDG_STATE_HOME
  let state: string

  before(async () => {
    state = await mkdtemp(join(tmpdir(), 'todo-dr-state-'))
    process.env.XDG_STATE_HOME = state
    const folder = join(state, 'todo-dr', 'labs', 'one')
    await mkdir(folder, {recursive: true})
    await writeFile(join(folder, 'credentials'), '[default]\naws_access_key_id = lab\naws_secret_access_key = a-b_9\n')
  })

  after(async () => {
    if (before_ === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = before_
    await rm(state, {recursive: true, force: true})
  })

  it('is its administrator, or the principal that the lab’s own variables name', async () => {
    expect(await labCredentials('one', {})).to.deep.equal({accessKeyId: 'lab', secretAccessKey: 'a-b_9'})
    const principal = {TODO_DR_LAB_ACCESS_KEY_ID: 'o', TODO_DR_LAB_SECRET_ACCESS_KEY: 's'}
    expect(await labCredentials('one', principal)).to.deep.equal({accessKeyId: 'o', secretAccessKey: 's'})
    const ends = '2026-12-01T00:15:00.000Z'
    const session = {...principal, TODO_DR_LAB_SESSION_TOKEN: 't', TODO_DR_LAB_CREDENTIAL_EXPIRATION: ends}
    expect(await labCredentials('one', session)).to.deep.include({sessionToken: 't', expiration: new Date(ends)})
  })

  it('is nobody where no lab of that name has written its keys', async () => {
    expect(await thrownBy(labCredentials('two', {}))).to.include({code: 'NoLab', exit: 'usage'})
  })

  it('is never a real key: neither one of AWS’s variables nor one under the lab’s name', async () => {
    const real = 'AKIA' + 'Q'.repeat(16)
    const ofAws = {AWS_ACCESS_KEY_ID: real, AWS_SECRET_ACCESS_KEY: 's'}
    expect((await labCredentials('one', ofAws)).accessKeyId).to.equal('lab')
    const underOurName = {TODO_DR_LAB_ACCESS_KEY_ID: real, TODO_DR_LAB_SECRET_ACCESS_KEY: 's'}
    expect(await thrownBy(labCredentials('one', underOurName))).to.be.instanceOf(DrError)
  })
})
