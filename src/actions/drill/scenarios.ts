/** What a drill breaks, and how it is answered. */

import type {Diagnosis} from '../../model/diagnosis.js'
import type {LabFaultKind} from '../../ports/lab-admin.js'

export interface Scenario {
  fault: LabFaultKind
  /** failover where the primary's database is gone, switchover where it still answers and nothing need be lost. */
  intent: 'failover' | 'switchover'
  /** Any of these ends the phase `detect`: which one is seen first depends on what fails first. */
  situations: readonly Diagnosis['situation'][]
  /** What is broken, for a person. */
  title: string
}

export const SCENARIOS = {
  'region-loss': {
    fault: 'region-loss',
    intent: 'failover',
    situations: ['RegionLost', 'PrimaryDatabaseLost'],
    title: 'the whole region',
  },
  'database-crash': {
    fault: 'database-crash',
    intent: 'failover',
    situations: ['PrimaryDatabaseLost', 'RegionLost'],
    title: 'the database',
  },
  'api-outage': {
    fault: 'api-outage',
    intent: 'switchover',
    situations: ['PrimaryApiLost'],
    title: 'the API',
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof SCENARIOS

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[]
