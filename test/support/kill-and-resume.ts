/** Failovers of a lab that are killed with SIGKILL at given points; each is a real one. */

import {expect} from 'chai'
import {readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {Sandbox} from './cli.js'
import {otherMachine} from './other-machine.js'

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

/**
 * Kills and resumes at each of the points in turn; the failovers of one lab go to and fro between its regions. Those of
 * which `elsewhere` says so are resumed from a state folder that never saw the run.
 */
export async function killAndResume(
  sandbox: Sandbox,
  at: string[],
  elsewhere: (point: string) => boolean = () => false,
): Promise<void> {
  let primary = HOME
  for (const point of at) {
    const other = primary === HOME ? AWAY : HOME
    const cut = await sandbox.run(['failover', ...CONSENT], {env: {TODO_DR_FAILPOINT: point}})
    expect(cut.signal, `${point}: ${cut.stderr}`).to.equal('SIGKILL')
    const away = elsewhere(point) ? otherMachine(sandbox) : undefined
    const env: Record<string, string> = away === undefined ? {} : {XDG_STATE_HOME: away}
    // Where nothing was promoted yet, it asks for consent again.
    const resumed = await sandbox.run(['resume', ...CONSENT], {env})
    expect(resumed.code, `${point}: ${resumed.stderr}`).to.equal(0)
    if (away !== undefined) {
      expect(resumed.stderr, point).to.match(/is known from its copy in/)
      const run = readdirSync(join(sandbox.env.XDG_STATE_HOME!, 'todo-dr', 'lab', 'runs'))
        .sort()
        .at(-1)
      expect(readdirSync(join(away, 'todo-dr', 'lab', 'runs')), point).to.include(run)
    }

    const status = JSON.parse((await sandbox.run(['status', '--json'])).stdout) as Status
    expect(status, point).to.include({primary: other, edge: other})
    // The machine on which it was cut learns that it was finished elsewhere.
    expect((await sandbox.run(['resume'])).stderr, point).to.match(/no unfinished run/)
    if (away !== undefined) rmSync(away, {recursive: true})
    primary = other
  }
}
