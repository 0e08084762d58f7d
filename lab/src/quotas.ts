/** Quotas of the account: the defaults of AWS, and what the lab's owner has set in their place. */

import type {Lab} from './kernel.js'
import type {Quota} from './service.js'

class Quotas {
  private readonly applied = new Map<string, number>()

  /** What holds in a region. */
  value(region: string, quota: Quota): number {
    return this.applied.get(keyOf(region, quota)) ?? quota.value
  }

  set(region: string, quota: Quota, value: number): void {
    this.applied.set(keyOf(region, quota), value)
  }
}

const keyOf = (region: string, {serviceCode, code}: Quota): string => `${region} ${serviceCode} ${code}`

const byLab = new WeakMap<Lab, Quotas>()

/** One a lab, made when first asked for. */
export function quotasOf(lab: Lab): Quotas {
  const quotas = byLab.get(lab) ?? new Quotas()
  byLab.set(lab, quotas)
  return quotas
}

/** Those that the lab enforces. */
export const enforced = ({services}: Pick<Lab, 'services'>): Quota[] =>
  [...services.values()].flatMap(({quotas = []}) => quotas)
