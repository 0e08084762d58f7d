/** The settings of a new project: from flags, from a person, or by default. */

import {basename} from 'node:path'
import {DrError} from '../errors.js'
import {
  appFault,
  appOfFolder,
  awayFault,
  capacityFault,
  DEFAULTS,
  PURPOSES,
  regionFault,
} from '../actions/init/settings.js'
import {domainFault, ROUTE_CHOICES, ROUTES, zoneFault} from '../actions/init/routes.js'
import type {RouteName} from '../actions/init/routes.js'
import type {Purpose, RegionRules} from '../actions/init/settings.js'
import type {Settings} from '../actions/init/result.js'
import type {Emit} from '../messages.js'
import {shellWord} from './aim.js'

/** What flags gave. */
export interface GivenSettings extends Partial<Omit<Settings, 'capacity'>> {
  /** Gives capacity and protection where no flag does. */
  purpose?: Purpose
  minCapacity?: number
  maxCapacity?: number
}

export interface AskOptions {
  /** As it was typed, and absolute: its name becomes the app's where nobody says another. */
  dir: string
  folder: string
  /** A person can be asked. */
  ask: boolean
  /** --defaults was said. */
  defaults: boolean
  rules: RegionRules
  emit: Emit
  signal: AbortSignal
}

/**
 * Throws `AnswersMissing` (exit usage) where nobody can be asked, and neither --defaults nor the three names are given, and
 * `AppUnnamed` (exit usage) where the folder's name gives none.
 */
export async function askSettings(given: GivenSettings, options: AskOptions): Promise<Settings> {
  const {ask, defaults} = options
  if (!ask && !defaults && !(given.app && given.home && given.away)) {
    throw new DrError({
      code: 'AnswersMissing',
      exit: 'usage',
      what: 'init needs answers, but there is nobody to ask',
      why: 'there is no terminal, or --json or --no-input is set',
      next: 'todo-dr init --defaults, or set --app, --home and --away',
    })
  }

  const {minCapacity, maxCapacity, purpose = 'rehearsal', ...rest} = ask ? await asked(given, options) : given
  const stated = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const {capacity, protect} = PURPOSES[purpose]
  const max = maxCapacity ?? Math.max(capacity.max, minCapacity ?? 0)
  const app = rest.app ?? namedAfterFolder(options)
  return {...DEFAULTS, protect, ...stated, app, capacity: {min: minCapacity ?? Math.min(capacity.min, max), max}}
}

function namedAfterFolder({dir, folder, emit}: AskOptions): string {
  const name = appOfFolder(folder)
  if ('fault' in name)
    throw new DrError({
      code: 'AppUnnamed',
      exit: 'usage',
      what: `the folder name ${JSON.stringify(basename(folder))} gives no application name`,
      why: `it ${name.fault}; nothing was written`,
      next: `todo-dr init ${shellWord(dir)} --defaults --app NAME`,
    })
  if (name.app !== basename(folder))
    emit({code: 'note', text: `application name: ${name.app}, after the folder; --app NAME sets another one`})
  return name.app
}

/** Asks for what is missing, on stderr: stdout is for data. */
async function asked(given: GivenSettings, {folder, rules, signal}: AskOptions): Promise<GivenSettings> {
  const {confirm, input, number, select} = await import('@inquirer/prompts')
  const context = {output: process.stderr, signal}
  const text: AskText = (message, preset, fault) =>
    input({message, default: preset, validate: (value) => fault(value) ?? true}, context)
  const count = async (message: string, preset: number, fault: (value: number) => string | undefined) =>
    (await number(
      {message, default: preset, step: 'any', validate: (value) => fault(value ?? preset) ?? true},
      context,
    )) ?? preset
  const positive = (value: number): string | undefined => (value > 0 ? undefined : 'must be above 0')

  const proposal = appOfFolder(folder)
  const preset = 'app' in proposal ? proposal.app : undefined
  const name = given.app ?? (await text('Application name', preset, appFault))
  const home =
    given.home ??
    (await text('Home region (better not us-east-1)', DEFAULTS.home, (value) => regionFault(value, rules)))
  const other = home === DEFAULTS.away ? DEFAULTS.home : DEFAULTS.away
  const away = given.away ?? (await text('Away region', other, (value) => awayFault(value, home, rules)))
  const rtoSeconds =
    given.rtoSeconds ?? (await count('Recovery time objective (seconds)', DEFAULTS.rtoSeconds, positive))
  const rpoSeconds =
    given.rpoSeconds ??
    (await count('Recovery point objective (seconds)', DEFAULTS.rpoSeconds, (value) =>
      value >= 0 ? undefined : 'must not be negative',
    ))
  const purpose =
    given.purpose ??
    (await select<Purpose>(
      {
        message: 'What is it for?',
        choices: [
          {value: 'rehearsal', name: `rehearsal: at least ${PURPOSES.rehearsal.capacity.min} ACU, the cheapest`},
          {
            value: 'production',
            name: `production: at least ${PURPOSES.production.capacity.min} ACU, as AWS recommends`,
          },
        ],
      },
      context,
    ))
  const {min: least, max: most} = PURPOSES[purpose].capacity
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
      {
        message: 'Protect the data from deletion (answer yes unless this is a rehearsal)?',
        default: PURPOSES[purpose].protect,
      },
      context,
    ))
  const routes = given.routes ?? [
    await select<RouteName>(
      {
        message: 'How are clients sent to a region?',
        choices: ROUTES.map((value) => ({value, name: ROUTE_CHOICES[value]})),
      },
      context,
    ),
  ]
  const named = routes.includes('route53') ? await askedName(given, text) : {}
  return {
    ...given,
    ...named,
    routes,
    app: name,
    home,
    away,
    rtoSeconds,
    rpoSeconds,
    purpose,
    minCapacity,
    maxCapacity,
    instances,
    protect,
  }
}

type AskText = (
  message: string,
  preset: string | undefined,
  fault: (value: string) => string | undefined,
) => Promise<string>

/** Of the route `route53`. */
async function askedName(given: GivenSettings, text: AskText): Promise<Pick<Settings, 'domain' | 'hostedZone'>> {
  const domain = given.domain ?? (await text('Name that clients use', undefined, domainFault))
  const hostedZone =
    given.hostedZone ??
    (await text('Id or name of its hosted zone (leave it empty to have it found)', '', (zone) =>
      zone === '' ? undefined : zoneFault(zone, domain),
    ))
  return {domain, ...(hostedZone !== '' && {hostedZone})}
}

const oneToFour = (value: number): string | undefined =>
  Number.isInteger(value) && value >= 1 && value <= 4 ? undefined : 'must be 1 to 4'
