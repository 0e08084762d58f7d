/** Which stacks a deployment takes. Pure. */

import {DrError} from '../../errors.js'
import type {ProjectStack} from '../../model/stack.js'

/**
 * The stacks of these names or ids (`*` stands for anything) and all that must stand before them; every stack where no
 * name is given. In the order of the project. Throws `StackUnknown` (exit usage).
 */
export function selectStacks(stacks: ProjectStack[], names: string[]): ProjectStack[] {
  if (names.length === 0) return stacks
  const byId = new Map(stacks.map((stack) => [stack.id, stack]))
  const taken = new Set<string>()
  const take = (stack: ProjectStack): void => {
    if (taken.has(stack.id)) return
    taken.add(stack.id)
    for (const id of stack.dependencies) if (byId.has(id)) take(byId.get(id)!)
  }

  for (const name of names) {
    const pattern = new RegExp(`^${name.split('*').map(escaped).join('.*')}$`)
    const found = stacks.filter((stack) => pattern.test(stack.name) || pattern.test(stack.id))
    if (found.length === 0) throw stackUnknown(name, stacks)
    for (const stack of found) take(stack)
  }

  return stacks.filter(({id}) => taken.has(id))
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

const stackUnknown = (name: string, stacks: ProjectStack[]): DrError =>
  new DrError({
    code: 'StackUnknown',
    exit: 'usage',
    what: `the project has no stack "${name}"`,
    why: `its stacks are ${stacks.map((stack) => stack.name).join(', ')}`,
    next: 'name one of them with --stack, or leave out --stack',
  })
