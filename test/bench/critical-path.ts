/** What a deployment waited for: the resources of which each began once the one before it was there. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {CloudFormationClient, paginateDescribeStackEvents} from '@aws-sdk/client-cloudformation'

import {readAssembly} from '../../lab/src/assembly.js'
import {namesIn} from '../../lab/src/cloudformation/graph.js'
import {labKeys, type LabAccess} from '../support/lab.js'

/** A resource that a stack has made. Times are epoch milliseconds. */
export interface Made {
  stack: string
  logicalId: string
  type: string
  began: number
  ended: number
  /** Logical ids of the same stack. */
  needs: string[]
}

/** The chain that ends with what was made last, first things first. `before`: the stacks that a stack waits for. */
export function criticalPath(made: readonly Made[], before: ReadonlyMap<string, readonly string[]>): Made[] {
  const path: Made[] = []
  for (let at = lastOf(made); at;) {
    path.unshift(at)
    const {stack, needs} = at
    const own = made.filter((one) => one.stack === stack && needs.includes(one.logicalId))
    at = lastOf(own.length > 0 ? own : made.filter((one) => before.get(stack)?.includes(one.stack)))
  }

  return path
}

const lastOf = (made: readonly Made[]): Made | undefined =>
  made.reduce<Made | undefined>((last, one) => (last && last.ended >= one.ended ? last : one), undefined)

export interface Timeline {
  /** Seconds from the first resource that was begun to the last that was there. */
  seconds: number
  path: Made[]
}

/** From the events of a deployment's stacks on a lab. `folder`: of the cloud assembly that was deployed. */
export async function timelineOf(folder: string, lab: LabAccess): Promise<Timeline> {
  const {stacks} = await readAssembly(folder)
  const found = await Promise.all(
    stacks.map(async ({name, region}) => {
      const client = new CloudFormationClient({region, endpoint: lab.endpoint, credentials: labKeys(lab)})
      const template = JSON.parse(readFileSync(join(folder, `${name}.template.json`), 'utf8')) as Template
      const began = new Map<string, number>()
      const made: Made[] = []
      const events = []
      for await (const page of paginateDescribeStackEvents({client}, {StackName: name}))
        events.unshift(...(page.StackEvents ?? []).reverse())
      for (const {LogicalResourceId: logicalId = '', ResourceType: type = '', ResourceStatus, Timestamp} of events) {
        const resource = template.Resources[logicalId]
        if (!resource) continue
        if (ResourceStatus === 'CREATE_IN_PROGRESS') began.set(logicalId, Timestamp!.getTime())
        if (ResourceStatus === 'CREATE_COMPLETE')
          made.push({
            stack: name,
            logicalId,
            type,
            began: began.get(logicalId)!,
            ended: Timestamp!.getTime(),
            needs: [...namesIn(resource.Properties ?? {}, () => true), ...(resource.DependsOn ?? [])],
          })
      }

      return made
    }),
  )
  const names = new Map(stacks.map(({id, name}) => [id, name]))
  const before = new Map(stacks.map(({name, dependencies}) => [name, dependencies.map((id) => names.get(id)!)]))
  const all = found.flat()
  const first = Math.min(...all.map(({began}) => began))
  const last = Math.max(...all.map(({ended}) => ended))
  return {seconds: (last - first) / 1000, path: criticalPath(all, before)}
}

interface Template {
  Resources: Record<string, {Properties?: object; DependsOn?: string[]}>
}
