/** The lab of a command that acts on labs alone. */

import {Flags} from '@oclif/core'
import {labNameOf} from '../config/lab-name.js'
import {DrError} from '../errors.js'

/** Its --target. */
export const labFlag = (description: string) => Flags.string({description, helpGroup: 'GLOBAL', helpValue: 'lab:NAME'})

/** The name of the lab in --target, where that is given. Throws what `refusal` makes of a target that is not a lab. */
export function askedLab(target: string | undefined, refusal: (target: string) => DrError): string | undefined {
  if (!target) return undefined
  const lab = labNameOf(target)
  if (lab === undefined) throw refusal(target)
  return lab
}

/** Of the lab commands. `command`: its words. */
export const notALab = (target: string, command: string): DrError =>
  new DrError({
    code: 'NotALab',
    exit: 'usage',
    what: `${target} is not a lab`,
    why: `todo-dr ${command} acts on a lab only: lab, or lab:NAME`,
    next: 'use --target lab:NAME; todo-dr lab list shows the labs that are running',
  })

/** What people use must not be broken, nor must a lab stand in for it without a word. */
export const notToDrill = (target: string): DrError =>
  new DrError({
    code: 'DrillNeedsLab',
    exit: 'usage',
    what: `a drill cannot run on ${target}: it breaks a region, and ${target} is not a lab`,
    why: 'in a folder with todo-dr.yaml, a drill deploys that project to a lab and judges it by its objectives',
    next: 'todo-dr drill, without --target; to rehearse on AWS: todo-dr outage start, then todo-dr failover --measure',
  })
