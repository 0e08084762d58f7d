/** `deploy` to an empty lab, through the CDK toolkit: against the lab's own provisioning of the same templates, and what it waits for. */

import {join} from 'node:path'

import type {DeployResult} from '../../src/actions/deploy/result.js'
import {CdkProject} from '../support/cdk-project.js'
import {Sandbox} from '../support/cli.js'
import type {LabAccess} from '../support/lab.js'
import {timelineOf, type Timeline} from './critical-path.js'

/** A deployment that takes longer is stuck. */
const TIMEOUT_MS = 300_000

export interface DeployTimes {
  /** Of the lab's engine alone: a lab that boots with everything, less one that boots empty. */
  engine: number
  /** The whole command: build, synthesis, bootstrap of two regions, stacks. */
  deploy: number
  /** The same again, with nothing to do. */
  again: number
}

/** Seconds. */
export async function timeDeploy(): Promise<DeployTimes> {
  const sandbox = new Sandbox()
  const start = async (name: string, ...args: string[]): Promise<number> => {
    const {seconds} = await sandbox.json<{seconds: number}>(['lab', 'start', '--target', `lab:${name}`, ...args])
    return seconds
  }

  try {
    const full = await start('full')
    await sandbox.expect(0, ['lab', 'stop', '--target', 'lab:full'])
    const empty = await start('empty', '--empty')
    const project = new CdkProject(join(sandbox.folder, 'app'), 'ToDoMgmt', {home: 'us-east-1', away: 'us-east-2'})
    const deploy = async (): Promise<number> => {
      const args = ['deploy', '--target', 'lab:empty']
      const {seconds} = await sandbox.json<DeployResult>(args, 0, {cwd: project.folder})
      return seconds
    }

    return {engine: full - empty, deploy: await deploy(), again: await deploy()}
  } finally {
    for (const name of ['full', 'empty']) await sandbox.run(['lab', 'stop', '--target', `lab:${name}`])
    sandbox.remove()
  }
}

export interface PacedDeploy {
  /** Of the whole command. */
  seconds: number
  /** Of the stacks. */
  timeline: Timeline
}

/** To an empty lab that takes its time, and what was waited for. */
export async function pacedDeploy(): Promise<PacedDeploy> {
  const sandbox = new Sandbox()
  const at = ['--target', 'lab:paced']
  try {
    await sandbox.expect(0, ['lab', 'start', '--empty', '--pace', 'paced', ...at])
    const project = new CdkProject(join(sandbox.folder, 'app'), 'ToDoMgmt', {home: 'us-east-1', away: 'us-east-2'})
    const {seconds} = await sandbox.json<DeployResult>(['deploy', ...at], 0, {
      cwd: project.folder,
      timeoutMs: TIMEOUT_MS,
    })
    const lab = await sandbox.json<LabAccess>(['lab', 'status', ...at])
    return {seconds, timeline: await timelineOf(join(project.infra, 'cdk.out'), lab)}
  } finally {
    await sandbox.run(['lab', 'stop', ...at])
    sandbox.remove()
  }
}
