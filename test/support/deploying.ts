/** A project that is deployed to a lab of its own, again and again. */

import {expect} from 'chai'
import {join} from 'node:path'
import type {DeployResult} from '../../src/actions/deploy/result.js'
import {CdkProject} from './cdk-project.js'
import {Sandbox, type LabStatus, type Ran} from './cli.js'
import {labKeys} from './lab.js'

const REGIONS = {home: 'us-east-1', away: 'us-west-2'}
export const MEMBERS = {home: 'Demo-data-us-east-1', away: 'Demo-data-us-west-2'}
/** Exists already, in another stack. */
export const TAKEN = {
  Type: 'AWS::SSM::Parameter',
  Properties: {Name: '/todo-dr/Demo/deployment', Type: 'String', Value: 'taken'},
}

/** The project `Demo`, unless it is told otherwise protected and locked to its edge, on the lab `deploying`. */
export class Deploying {
  readonly sandbox = new Sandbox({TODO_DR_TARGET: 'lab:deploying'})
  readonly project: CdkProject
  #lab: LabStatus | undefined

  /** `config`: what its config.json says beside the template's. */
  constructor(config?: Record<string, unknown>) {
    const folder = join(this.sandbox.folder, 'demo')
    this.project = new CdkProject(folder, 'Demo', REGIONS, config ?? {lockToEdge: true, protect: true})
  }

  run(args: string[] = [], code = 0): Promise<Ran> {
    return this.sandbox.expect(code, ['deploy', ...args], {cwd: this.project.folder})
  }

  json(args: string[] = [], code = 0): Promise<DeployResult> {
    return this.sandbox.json<DeployResult>(['deploy', ...args], code, {cwd: this.project.folder})
  }

  async lab(): Promise<LabStatus> {
    this.#lab ??= await this.sandbox.json<LabStatus>(['lab', 'status', '--target', 'lab:deploying'])
    return this.#lab
  }

  async client<C>(Client: new (settings: object) => C, region = REGIONS.away): Promise<C> {
    const lab = await this.lab()
    const {endpoint} = lab
    return new Client({region, endpoint, credentials: labKeys(lab), forcePathStyle: true})
  }

  async end(): Promise<void> {
    await this.sandbox.run(['lab', 'stop', '--target', 'lab:deploying'])
    this.sandbox.remove()
  }
}

export function stackOf({stacks}: DeployResult, name: string): DeployResult['stacks'][number] {
  const found = stacks.find((one) => one.name === name)
  expect(found, name).to.not.equal(undefined)
  return found!
}
