import {expect} from 'chai'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {loadConfig} from '../../src/config/load.js'
import {chooseTarget} from '../../src/config/target.js'
import {DrError} from '../../src/errors.js'
import {thrownBy} from '../support/thrown.js'

const PROD = `  prod:
    app: ToDoMgmt
    regions: {home: us-east-1, away: us-east-2}
    profile: ops
    objectives: {rpoSeconds: 2}
`

/** A lab's. */
const LIMITS = {objectives: {rtoSeconds: 900, rpoSeconds: 5}, maxLagSeconds: 5}

describe('the target', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-target-'))
  })

  afterEach(() => rmSync(folder, {recursive: true}))
  const config = (text: string): void => writeFileSync(join(folder, 'todo-dr.yaml'), text)
  const resolve = async (flag?: string) => chooseTarget(flag, await loadConfig(folder))

  it('is the lab where no todo-dr.yaml exists', async () => {
    expect(await resolve()).to.deep.equal({kind: 'lab', name: 'lab', lab: 'default', ...LIMITS})
    expect(await resolve('')).to.deep.equal({kind: 'lab', name: 'lab', lab: 'default', ...LIMITS})
  })

  it('is defaultTarget where todo-dr.yaml has one, and the flag before it', async () => {
    config(`defaultTarget: prod\ntargets:\n${PROD}`)
    expect(await resolve()).to.deep.equal({
      kind: 'aws',
      name: 'prod',
      app: 'ToDoMgmt',
      regions: {home: 'us-east-1', away: 'us-east-2'},
      account: undefined,
      profile: 'ops',
      endpoint: undefined,
      objectives: {rtoSeconds: 900, rpoSeconds: 2},
      maxLagSeconds: 2,
    })
    expect(await resolve('lab')).to.include({kind: 'lab', lab: 'default'})
    expect(await resolve('lab:second')).to.deep.equal({kind: 'lab', name: 'lab:second', lab: 'second', ...LIMITS})
  })

  it('is never the lab by silence where todo-dr.yaml exists', async () => {
    config(`targets:\n${PROD}`)
    const error = await thrownBy(resolve())
    expect(error).to.be.instanceOf(DrError).and.include({code: 'TargetMissing', exit: 'usage'})
    expect((error as DrError).why).to.contain('lab, lab:NAME, prod')
  })

  it('must be known, and the known ones are listed', async () => {
    config(`targets:\n${PROD}`)
    for (const name of ['stage', 'lab:', 'lab:../x', 'toString', '__proto__']) {
      const error = await thrownBy(resolve(name))
      expect(error, name).to.include({code: 'TargetUnknown', exit: 'usage'})
      expect((error as DrError).why, name).to.contain('prod')
    }
  })
})
