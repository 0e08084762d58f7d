/** Failovers of a lab that are killed with SIGKILL at given points; each is a real one. */

import {expect} from 'chai'
import type {Sandbox} from './cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
export const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']

interface Planned {
  plan: {stages: {id: string}[][]}
}
interface Status {
  primary: string
  edge: string
}

/** Before and after each step of the failover that is planned now. */
export async function points(sandbox: Sandbox): Promise<string[]> {
  const {plan} = await sandbox.json<Planned>(['failover', '--dry-run', ...CONSENT])
  return plan.stages.flat().flatMap(({id}) => [`before:${id}`, `after:${id}`])
}

/** Kills and resumes at each of the points in turn; the failovers of one lab go to and fro between its regions. */
export async function killAndResume(sandbox: Sandbox, at: string[]): Promise<void> {
  let primary = HOME
  for (const point of at) {
    const other = primary === HOME ? AWAY : HOME
    const cut = await sandbox.run(['failover', ...CONSENT], {env: {TODO_DR_FAILPOINT: point}})
    expect(cut.signal, `${point}: ${cut.stderr}`).to.equal('SIGKILL')
    const resumed = await sandbox.run(['resume'])
    expect(resumed.code, `${point}: ${resumed.stderr}`).to.equal(0)
    const status = JSON.parse((await sandbox.run(['status', '--json'])).stdout) as Status
    expect(status, point).to.include({primary: other, edge: other})
    expect((await sandbox.run(['resume'])).stderr, point).to.match(/nothing to resume/)
    primary = other
  }
}
