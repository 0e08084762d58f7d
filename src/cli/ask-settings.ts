/** The settings of a new project: from flags, from a person, or by default. */

import {DrError} from '../errors.js'
import {appFault, awayFault, capacityFault, DEFAULTS, regionFault} from '../actions/init/settings.js'
import type {Settings} from '../actions/init/result.js'
import type {RegionRules} from '../actions/init/settings.js'

/** What flags gave. */
export interface GivenSettings extends Partial<Omit<Settings, 'capacity'>> {
  minCapacity?: number
  maxCapacity?: number
}

export interface AskOptions {
  /** The app's name where nobody says another. */
  app: string
  /** A person can be asked. */
  ask: boolean
  /** --defaults was said. */
  defaults: boolean
  rules: RegionRules
  signal: AbortSignal
}

/** Throws `AnswersMissing` (exit usage) where nobody can be asked, and neither --defaults nor the three names are given. */
export async function askSettings(given: GivenSettings, options: AskOptions): Promise<Settings> {
  const {ask, defaults, app} = options
  if (!ask && !defaults && !(given.app && given.home && given.away)) {
    throw new DrError({
      code: 'AnswersMissing',
      exit: 'usage',
      what: 'init needs answers, but there is nobody to ask',
      why: 'there is no terminal, or --json or --no-input is set',
      next: 'todo-dr init --defaults, or set --app, --home and --away',
    })
  }

  const {minCapacity, maxCapacity, ...rest} = ask ? await asked(given, options) : given
  const stated = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const max = maxCapacity ?? Math.max(DEFAULTS.capacity.max, minCapacity ?? 0)
  return {...DEFAULTS, app, ...stated, capacity: {min: minCapacity ?? DEFAULTS.capacity.min, max}}
}

/** Asks for what is missing, on stderr: stdout is for data. */
async function asked(given: GivenSettings, {app, rules, signal}: AskOptions): Promise<GivenSettings> {
  const {confirm, input, number} = await import('@inquirer/prompts')
  const context = {output: process.stderr, signal}
  const text = (message: string, preset: string, fault: (value: string) => string | undefined): Promise<string> =>
    input({message, default: preset, validate: (value) => fault(value) ?? true}, context)
  const count = async (message: string, preset: number, fault: (value: number) => string | undefined) =>
    (await number(
      {message, default: preset, step: 'any', validate: (value) => fault(value ?? preset) ?? true},
      context,
    )) ?? preset
  const positive = (value: number): string | undefined => (value > 0 ? undefined : 'must be above 0')

  const name = given.app ?? (await text('Application name', app, appFault))
  const home = given.home ?? (await text('Home region', DEFAULTS.home, (value) => regionFault(value, rules)))
  const other = home === DEFAULTS.away ? DEFAULTS.home : DEFAULTS.away
  const away = given.away ?? (await text('Away region', other, (value) => awayFault(value, home, rules)))
  const rtoSeconds =
    given.rtoSeconds ?? (await count('Recovery time objective (seconds)', DEFAULTS.rtoSeconds, positive))
  const rpoSeconds =
    given.rpoSeconds ??
    (await count('Recovery point objective (seconds)', DEFAULTS.rpoSeconds, (value) =>
      value >= 0 ? undefined : 'must not be negative',
    ))
  const {min: least, max: most} = DEFAULTS.capacity
  const minCapacity =
    given.minCapacity ??
    (await count('Minimum Aurora capacity (ACU)', least, (min) => capacityFault({min, max: Math.max(min, most)})))
  const maxCapacity =
    given.maxCapacity ??
    (await count('Maximum Aurora capacity (ACU)', Math.max(minCapacity, most), (max) =>
      capacityFault({min: minCapacity, max}),
    ))
  const instances = given.instances ?? (await count('Aurora instances per region', DEFAULTS.instances, oneToFour))
  const protect =
    given.protect ??
    (await confirm(
      {message: 'Protect the data from deletion (answer yes unless this is a rehearsal)?', default: false},
      context,
    ))
  return {...given, app: name, home, away, rtoSeconds, rpoSeconds, minCapacity, maxCapacity, instances, protect}
}

const oneToFour = (value: number): string | undefined =>
  Number.isInteger(value) && value >= 1 && value <= 4 ? undefined : 'must be 1 to 4'
