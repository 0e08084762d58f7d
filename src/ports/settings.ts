/**
 * How a region of a deployment is set up, for a comparison with another region. Everything is only read, and each question ends by
 * a deadline. A method throws `Unreachable` where nobody answers, and another `DrError` where AWS says no.
 */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './call.js'

/** What is asked side by side; what fails leaves the others. */
export const AREAS = [
  'addresses',
  'functions',
  'database',
  'proxy',
  'secrets',
  'schedules',
  'alarms',
  'API',
  'token client',
  'quotas',
] as const

export type Area = (typeof AREAS)[number]

/** What JSON can say; null where nothing is set. */
export type Setting = string | number | boolean | null | Setting[] | {[name: string]: Setting}

/** Something that both regions should have alike. */
export interface Item {
  /** Such as `function` or `alarm`. */
  kind: string
  /** As the region calls it; empty where there is one alone. */
  name: string
  settings: Record<string, Setting>
  /** Settings that todo-dr itself has changed for a while, and what for: `outage` or `capacity`. */
  held?: Record<string, string>
  /** Of a setting that is wrong whatever the other region has: the command that puts it right. */
  fixes?: Record<string, string>
}

export interface RegionSettings {
  /** Of any area but `addresses`. A value of a secret comes as a keyed hash, whose key is the same in both regions. */
  items(region: Region, area: Exclude<Area, 'addresses'>, options?: CallOptions): Promise<Item[]>
  /** Hosts and ids that only this region has, by what they are. */
  addresses(region: Region, options?: CallOptions): Promise<Record<string, string>>
}
