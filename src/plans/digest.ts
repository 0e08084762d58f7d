import {createHash} from 'node:crypto'
import type {Plan} from '../model/plan.js'

/** SHA-256 of the plan in canonical JSON (keys sorted): two people who read the same digest speak of the same plan. */
export const digest = (plan: Plan): string => createHash('sha256').update(canonical(plan)).digest('hex')

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}
