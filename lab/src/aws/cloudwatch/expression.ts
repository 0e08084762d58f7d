/**
 * Metric math, as far as the lab knows it: numbers, ids, + - * /, parentheses, METRICS(), SUM, AVG, MIN, MAX and FILL. Anything else is
 * refused by name. Source: "Using metric math", CloudWatch user guide.
 */

import {fault} from '../../kernel.js'
import type {Point} from './periods.js'

/** Oldest first. */
type Line = readonly Point[]
type Value = number | Line | Line[]

/** What an expression may name: `ids` are all lines and numbers by id, `metrics` the ids of those that are no expressions. */
export interface Names {
  value(id: string): Value | undefined
  metrics: readonly string[]
  /** Every period of the range, oldest first: what FILL fills. */
  periods(): readonly number[]
}

/** The line of an expression; undefined where it gives none, as a number that stands for no time. */
export function evaluate(expression: string, names: Names): Line {
  const value = new Parser(expression, names).parse()
  if (isLine(value)) return value
  throw refused(`${expression} must give one time series`)
}

const refused = (why: string): Error => fault('ValidationError', `Error in expression: ${why}.`)
const unsupported = (what: string): Error => fault('NotImplemented', `monitoring: metric math with ${what}`, 501)

const isLines = (value: Value): value is Line[] => Array.isArray(value) && value.length > 0 && Array.isArray(value[0])
const isLine = (value: Value): value is Line => Array.isArray(value) && !isLines(value)

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|("[^"]*"|'[^']*')|([A-Za-z]\w*)|([()*+,/-]))/y

class Parser {
  private readonly tokens: string[] = []
  private next = 0

  constructor(
    expression: string,
    private readonly names: Names,
  ) {
    TOKEN.lastIndex = 0
    const text = expression.trim()
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex
      const found = TOKEN.exec(text)
      if (!found) throw unsupported(`"${text.slice(from)}"`)
      this.tokens.push(found[0].trim())
    }
  }

  parse(): Value {
    const value = this.sum()
    if (this.next < this.tokens.length) throw refused(`unexpected ${this.tokens[this.next]}`)
    return value
  }

  private sum(): Value {
    let value = this.product()
    for (;;) {
      if (this.take('+')) value = combined(value, this.product(), (left, right) => left + right)
      else if (this.take('-')) value = combined(value, this.product(), (left, right) => left - right)
      else return value
    }
  }

  private product(): Value {
    let value = this.factor()
    for (;;) {
      if (this.take('*')) value = combined(value, this.factor(), (left, right) => left * right)
      else if (this.take('/')) value = combined(value, this.factor(), (left, right) => left / right)
      else return value
    }
  }

  private factor(): Value {
    if (this.take('-')) return combined(0, this.factor(), (left, right) => left - right)
    if (this.take('(')) {
      const value = this.sum()
      this.expect(')')
      return value
    }

    const token = this.tokens[this.next++]
    if (token === undefined) throw refused('it ends too early')
    if (/^\d/.test(token)) return Number(token)
    if (this.take('(')) return this.call(token)
    const value = this.names.value(token)
    if (value === undefined) throw refused(`${token} is not the id of a metric or an expression of the request`)
    return value
  }

  private call(name: string): Value {
    if (name === 'METRICS') {
      const part = this.tokens[this.next]?.match(/^["'](.*)["']$/)?.[1]
      if (part !== undefined) this.next++
      this.expect(')')
      return this.names.metrics.filter((id) => id.includes(part ?? '')).map((id) => this.names.value(id) as Line)
    }

    const argument = this.sum()
    if (name === 'FILL') {
      this.expect(',')
      const repeats = this.take('REPEAT')
      const filling = repeats ? undefined : this.sum()
      if (!repeats && typeof filling !== 'number') throw unsupported('FILL with anything but a number or REPEAT')
      this.expect(')')
      return filled(argument, this.names.periods(), filling as number | undefined)
    }

    this.expect(')')
    if (!Object.hasOwn(REDUCERS, name)) throw unsupported(name)
    return reduced(argument, REDUCERS[name]!)
  }

  private take(token: string): boolean {
    if (this.tokens[this.next] !== token) return false
    this.next++
    return true
  }

  private expect(token: string): void {
    if (!this.take(token)) throw refused(`${token} is missing`)
  }
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0)

const REDUCERS: Record<string, (values: number[]) => number> = {
  AVG: (values) => total(values) / values.length,
  MAX: (values) => Math.max(...values),
  MIN: (values) => Math.min(...values),
  SUM: total,
}

/** Of several lines one line, at each time that any of them has; of one line a number. */
function reduced(value: Value, reduce: (values: number[]) => number): Value {
  if (typeof value === 'number') return value
  if (isLine(value)) return value.length > 0 ? reduce(value.map((point) => point.value)) : []
  const at = new Map<number, number[]>()
  for (const line of value) for (const point of line) at.set(point.at, [...(at.get(point.at) ?? []), point.value])
  return [...at].sort(([left], [right]) => left - right).map(([time, values]) => ({at: time, value: reduce(values)}))
}

/** Two lines give values for the times that both have. What no number is, such as a division by zero, is no value. */
function combined(left: Value, right: Value, act: (left: number, right: number) => number): Value {
  if (isLines(left) || isLines(right)) throw unsupported('arithmetic of METRICS()')
  if (typeof left === 'number' && typeof right === 'number') return act(left, right)
  const points: Point[] = []
  const others = new Map(typeof right === 'number' ? [] : (right as Line).map(({at, value}) => [at, value]))
  const line = typeof left === 'number' ? (right as Line) : (left as Line)
  for (const {at, value} of line) {
    const one = typeof left === 'number' ? left : value
    const other = typeof right === 'number' ? right : others.get(at)
    const result = other === undefined ? Number.NaN : act(one, other)
    if (Number.isFinite(result)) points.push({at, value: result})
  }

  return points
}

function filled(value: Value, periods: readonly number[], filling: number | undefined): Value {
  if (typeof value === 'number') return value
  if (isLines(value)) return value.map((line) => filled(line, periods, filling) as Line)
  const present = new Map((value as Line).map((point) => [point.at, point.value]))
  let last: number | undefined
  return periods.flatMap((at) => {
    last = present.get(at) ?? filling ?? last
    return last === undefined ? [] : [{at, value: last}]
  })
}
