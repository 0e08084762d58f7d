import {expect} from 'chai'
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {openOwnLab} from '../../src/actions/drill/own-lab.js'
import {openRehearsal} from '../../src/open/rehearsal.js'
import type {LabOptions, Labs, RunningLab} from '../../src/ports/labs.js'
import {ROOT} from '../support/cli.js'
import {thrownBy} from '../support/thrown.js'

const target = (name: string, more = ''): string =>
  `  ${name}:\n    app: Shop\n    regions: {home: eu-west-1, away: eu-west-2}\n${more}`
const OBJECTIVES = '    objectives: {rtoSeconds: 60, rpoSeconds: 2}\n'

describe('field report 23: what a drill rehearses', () => {
  let folder: string
  let infra: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-'))
    infra = join(folder, 'infra')
    mkdirSync(infra)
    writeFileSync(join(infra, 'cdk.json'), '{"app": "node app.js"}')
    writeFileSync(join(infra, 'package.json'), '{}')
    symlinkSync(join(ROOT, 'node_modules'), join(infra, 'node_modules'))
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  const configure = (text: string): void => writeFileSync(join(folder, 'todo-dr.yaml'), text)

  it('is the sample where there is no todo-dr.yaml', async () => {
    expect(await openRehearsal(folder)).to.equal(undefined)
  })

  it('is the project, from every folder of it, in its regions and judged by its objectives', async () => {
    configure(`defaultTarget: aws\ntargets:\n${target('aws', OBJECTIVES)}`)
    for (const from of [folder, infra])
      expect(await openRehearsal(from)).to.deep.equal({
        folder: infra,
        lab: {empty: true, home: 'eu-west-1', away: 'eu-west-2'},
        target: 'aws',
        objectives: {rtoSeconds: 60, rpoSeconds: 2},
        maxLagSeconds: 2,
      })
  })

  const whose: [string, string, string | undefined][] = [
    ['the default target', `defaultTarget: prod\ntargets:\n${target('aws')}${target('prod', OBJECTIVES)}`, 'prod'],
    ['the only target', `defaultTarget: lab\ntargets:\n${target('prod', OBJECTIVES)}`, 'prod'],
    ['no target, where there are several', `targets:\n${target('aws')}${target('prod', OBJECTIVES)}`, undefined],
    ['no target, where there is none', `infra: infra\n`, undefined],
  ]
  for (const [name, text, of] of whose) {
    it(`is judged by the objectives of ${name}`, async () => {
      configure(text)
      const found = await openRehearsal(folder)
      expect(found?.target).to.equal(of)
      expect(found?.objectives?.rtoSeconds).to.equal(of === undefined ? undefined : 60)
    })
  }

  it('is refused, and never the sample without a word, where the project is missing or not installed', async () => {
    configure(`infra: elsewhere\ntargets:\n${target('aws')}`)
    const missing = await thrownBy(openRehearsal(folder))
    expect(missing).to.include({code: 'ProjectMissing', exit: 'usage'})
    expect(missing).to.have.property('next').that.contains('todo-dr drill --sample')
    configure(`targets:\n${target('aws')}`)
    rmSync(join(infra, 'node_modules'))
    expect(await thrownBy(openRehearsal(folder))).to.include({code: 'ToolkitMissing', exit: 'usage'})
  })

  it('has an empty lab in the regions of the project, and the sample a lab with the sample', async () => {
    const started: LabOptions[] = []
    const labs = {
      prune: async () => undefined,
      async start(options: LabOptions) {
        started.push(options)
        return {name: options.name, stop: async () => undefined} as RunningLab
      },
    } as unknown as Labs
    const input = {labs, keep: false, profile: 'instant' as const, seed: 1, signal: new AbortController().signal}
    const open = (project?: Partial<LabOptions>) =>
      openOwnLab({...input, project, stage: (_id, _title, act) => act(), emit: () => undefined})
    const lab = {empty: true, home: 'eu-west-1', away: 'eu-west-2'}
    expect((await open(lab)).stays).to.equal(false)
    await open()
    expect(started[0]).to.deep.include(lab)
    expect(started[1]).not.to.have.any.keys('empty', 'home', 'away')
  })
})
