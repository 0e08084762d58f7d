/** Judgements on this machine. Pure. */

import {ok, problem, warning} from '../../model/finding.js'
import type {Judgement} from '../../model/finding.js'
import type {MachineState} from '../../ports/checkup.js'

/** package.json's engines. */
const LEAST_NODE = [20, 19] as const
/** Since when a release line gets no more security fixes. Source: the release schedule of Node.js. */
const END_OF_LIFE: Record<number, string> = {20: 'April 2026', 21: 'June 2024', 23: 'June 2025'}
/** What a lab's two databases, bundles and a toolkit's packages take, with room. */
const ENOUGH_BYTES = 2 * 2 ** 30

export function judgeNode(version: string): Judgement {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const old = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])
  const remedy = 'install the current LTS of Node.js'
  if (old) return problem(`Node.js ${version} is older than ${LEAST_NODE.join('.')}`, remedy)
  const ended = END_OF_LIFE[major]
  return ended === undefined
    ? ok(`Node.js ${version}`)
    : warning(`Node.js ${version} still works, but Node.js ${major} is past its end of life (${ended})`, remedy)
}

export const judgeNpm = ({npm}: MachineState): Judgement =>
  npm === undefined
    ? problem(
        'npm does not run, so the packages for a deployment cannot be installed',
        'install npm; it comes with Node.js',
      )
    : ok(`npm ${npm}`)

export function judgeDisk({unwritable, free}: MachineState): Judgement {
  const [first] = unwritable
  if (first !== undefined)
    return problem(
      `todo-dr cannot write its state: ${unwritable.join('; ')}`,
      'fix the permissions, or set XDG_STATE_HOME and XDG_CACHE_HOME',
    )
  const gigabytes = (free / 2 ** 30).toFixed(1)
  return free < ENOUGH_BYTES
    ? warning(`only ${gigabytes} GiB free`, 'free 2 GiB, or set XDG_STATE_HOME to a folder on another disk')
    : ok(`state and cache are writable, ${gigabytes} GiB free`)
}

export function judgeDatabase({database}: MachineState): Judgement {
  if (database === undefined)
    return warning(
      'the lab needs mariadbd, and cannot download it without apt-get and dpkg-deb',
      'sudo apt-get install mariadb-server-core, or set TODO_DR_MARIADBD to the path of a mariadbd, version 10.10 or later',
    )
  if (database.kind === 'apt') return ok('no mariadbd yet: the lab downloads it with apt (about 7 MB, no root needed)')
  return ok(`${database.kind === 'cached' ? 'downloaded before' : 'found'}: ${database.where}`)
}

/** Whether a drill can run here, which takes no account. */
export function judgeRehearsal(state: MachineState): Judgement {
  const bad = [judgeNode(state.node), judgeDisk(state)].some(({level}) => level === 'problem')
  return bad || state.database === undefined
    ? warning('this machine cannot run the lab yet', 'fix what stands above')
    : ok('this machine can rehearse a failover: todo-dr drill')
}

/** AWS's recommendation for global databases: Aurora user guide, choosing the capacity range of Aurora Serverless v2. */
const RECOMMENDED_ACU = 8

export function judgeCapacity({project}: MachineState): Judgement[] {
  const {minCapacity: min, protect, folder} = project ?? {}
  if (min === undefined) return []
  const text = `instances of at least ${min} ACU`
  if (min >= RECOMMENDED_ACU) return [ok(text)]
  return [
    protect
      ? warning(
          `${text}, in a project whose data are protected: AWS recommends ${RECOMMENDED_ACU} or more for global databases, since a small instance grows slowly`,
          `set capacity.min in ${folder}/config.json to ${RECOMMENDED_ACU}, then todo-dr deploy`,
        )
      : ok(`${text}: enough to rehearse; AWS recommends ${RECOMMENDED_ACU} or more for production`),
  ]
}

export function judgeProject({project}: MachineState): Judgement {
  if (project === undefined)
    return warning('there is no todo-dr.yaml in this folder or above', 'todo-dr init DIR --defaults')
  const {folder, found, astray, unpinned, lockfile} = project
  if (!found) return problem(`${folder} is not a CDK project`, 'fix infra in todo-dr.yaml')
  if (astray.length > 0)
    return problem(`installed versions differ from the pinned ones: ${astray.join(', ')}`, `cd ${folder} && npm ci`)
  if (!lockfile)
    return warning(
      'there is no package-lock.json: the next install may use other versions',
      `cd ${folder} && npm install`,
    )
  if (unpinned.length > 0)
    return warning(`not pinned: ${unpinned.join(', ')}`, `set exact versions in ${folder}/package.json`)
  return ok(`${folder}: installed as pinned`)
}
