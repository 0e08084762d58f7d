/** Exports of all stacks, a region at a time. */

import type {Stack, StackOutput} from './stack.js'
import {validationError} from './template.js'

interface Export {
  value: string
  stack: Stack
}

export class Exports {
  private readonly regions = new Map<string, Map<string, Export>>()

  private of(region: string): Map<string, Export> {
    const known = this.regions.get(region) ?? new Map<string, Export>()
    this.regions.set(region, known)
    return known
  }

  /** The value of an export. Throws `ValidationError` where there is none. */
  read(name: string, region: string): string {
    const found = this.of(region).get(name)
    if (found === undefined) throw validationError(`No export named ${name} found`)
    return found.value
  }

  /** Replaces a stack's exports by those of these outputs. Throws `ValidationError` for a name that is taken or still in use. */
  publish(stack: Stack, outputs: readonly StackOutput[], stacks: Iterable<Stack>): void {
    const exports = this.of(stack.region)
    const next = new Map(
      outputs.flatMap(({exportName, value}) => (exportName === undefined ? [] : [[exportName, value]])),
    )
    for (const name of next.keys()) {
      const owner = exports.get(name)?.stack
      if (owner && owner !== stack)
        throw validationError(`Export with name ${name} is already exported by stack ${owner.name}`)
    }
    const others = [...stacks]
    for (const [name, {value, stack: owner}] of exports) {
      if (owner !== stack || next.get(name) === value) continue
      const user = this.users(name, stack, others)[0]
      if (user)
        throw validationError(
          `Cannot ${next.has(name) ? 'update' : 'delete'} export ${name} as it is in use by ${user.name}`,
        )
    }
    this.withdraw(stack)
    for (const [name, value] of next) exports.set(name, {value, stack})
  }

  /** Throws `ValidationError` where another stack uses an export of this one. */
  checkUnused(stack: Stack, stacks: Iterable<Stack>): void {
    const others = [...stacks]
    for (const [name, {stack: owner}] of this.of(stack.region)) {
      const user = owner === stack && this.users(name, stack, others)[0]
      if (user) throw validationError(`Delete canceled. Cannot delete export ${name} as it is in use by ${user.name}.`)
    }
  }

  withdraw(stack: Stack): void {
    const exports = this.of(stack.region)
    for (const [name, {stack: owner}] of exports) if (owner === stack) exports.delete(name)
  }

  list(region: string): {Name: string; Value: string; ExportingStackId: string}[] {
    return [...this.of(region)].map(([Name, {value, stack}]) => ({Name, Value: value, ExportingStackId: stack.id}))
  }

  users(name: string, exporter: {region: string}, stacks: Iterable<Stack>): Stack[] {
    return [...stacks].filter(
      (stack) => stack.region === exporter.region && !stack.isDeleted && stack.imports.has(name),
    )
  }
}
