/** What the models of AWS's services say of the values of an input. The file says from where and of which day it is. */

import {own} from '../own.js'
import constraints from './constraints.json' with {type: 'json'}

/** Of a shape. Others that it leads to are named. */
export interface Constraint {
  enum?: string[]
  /** Of a text its length, of bytes their number, of a list or a map its size, of a number itself. */
  min?: number
  max?: number
  pattern?: string
  /** Of a list. */
  member?: string
  /** Of a map. */
  key?: string
  value?: string
  /** Of a structure. */
  members?: Record<string, string>
}

interface ServiceConstraints {
  /** By operation, the shape of its input; null where its model says nothing of values. */
  inputs: Record<string, string | null>
  shapes: Record<string, Constraint>
}

const SERVICES = constraints.services as unknown as Record<string, ServiceConstraints>

/** The shapes of one service, for one walk through an input. */
export class Shapes {
  private constructor(
    private readonly shapes: Record<string, Constraint>,
    readonly input: Constraint | undefined,
  ) {}

  static of(signingName: string, operation: string): Shapes {
    const service = own(SERVICES, signingName)
    const name = own(service?.inputs, operation)
    return new Shapes(service?.shapes ?? {}, own(service?.shapes, name ?? ''))
  }

  named(name: string | undefined): Constraint | undefined {
    return name === undefined ? undefined : own(this.shapes, name)
  }
}

/** Whether there are facts of an operation. A test asks for all of the lab's. */
export const isDistilled = (signingName: string, operation: string): boolean =>
  own(own(SERVICES, signingName)?.inputs, operation) !== undefined

const compiled = new Map<string, RegExp>()

/** A pattern holds for a whole text, as Java's do that AWS checks with. Not all of them are valid with the flag `u`. */
export function regular(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  const source = `^(?:${pattern.replace('(?s).*', '[^]*')})$`
  const made = /\\p\{|\\u\{/.test(pattern) ? new RegExp(source, 'u') : new RegExp(source)
  compiled.set(pattern, made)
  return made
}
