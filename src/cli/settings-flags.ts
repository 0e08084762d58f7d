/** The settings of a new project as flags. */

import {Flags} from '@oclif/core'
import type {Interfaces} from '@oclif/core'
import {PIPELINES} from '../actions/init/pipelines.js'
import type {PipelineChoice} from '../actions/init/pipelines.js'
import {ROUTES} from '../actions/init/routes.js'
import {DEFAULTS, PURPOSES} from '../actions/init/settings.js'
import type {Purpose} from '../actions/init/settings.js'
import {DrError} from '../errors.js'
import type {GivenSettings} from './ask-settings.js'

const number = Flags.custom<number, {min: number; max: number}>({
  async parse(input, _, {name, min, max}) {
    const value = Number(input)
    if (input.trim() !== '' && value >= min && value <= max) return value
    throw new DrError({
      code: 'InvalidSetting',
      exit: 'usage',
      what: `--${name}: "${input}" is not a number from ${min} to ${max}`,
      next: 'todo-dr init --help',
    })
  },
})

export const SETTINGS_FLAGS = {
  app: Flags.string({
    description:
      'Application name, used as the prefix of all names: at most 20 letters and digits [after the folder: my-api gives myApi]',
    helpValue: 'NAME',
  }),
  home: Flags.string({
    description: `Preferred primary region; better not us-east-1, whose loss takes control planes along [${DEFAULTS.home}]`,
    helpValue: 'REGION',
  }),
  away: Flags.string({description: `Other region [${DEFAULTS.away}]`, helpValue: 'REGION'}),
  'allow-unlisted-region': Flags.boolean({
    description: 'Allow a region that is not in the list of regions with Aurora global databases',
  }),
  rto: number({
    description: `Recovery time objective in seconds [${DEFAULTS.rtoSeconds}]`,
    helpValue: 'S',
    min: 1,
    max: 31_536_000,
  }),
  rpo: number({
    description: `Recovery point objective in seconds [${DEFAULTS.rpoSeconds}]`,
    helpValue: 'S',
    min: 0,
    max: 31_536_000,
  }),
  purpose: Flags.option({
    description: `What it is for: sets the capacity and --protect where no flag does. production has at least ${PURPOSES.production.capacity.min} ACU, as AWS recommends for global databases [rehearsal]`,
    options: Object.keys(PURPOSES) as Purpose[],
    helpValue: 'rehearsal|production',
  })(),
  'min-capacity': number({
    description: `Minimum Aurora capacity of an instance [${PURPOSES.rehearsal.capacity.min}, or ${PURPOSES.production.capacity.min} in production]`,
    helpValue: 'ACU',
    min: 0,
    max: 256,
  }),
  'max-capacity': number({
    description: `Maximum Aurora capacity of an instance [${PURPOSES.rehearsal.capacity.max}, or ${PURPOSES.production.capacity.max} in production]`,
    helpValue: 'ACU',
    min: 0,
    max: 256,
  }),
  instances: Flags.integer({
    description: `Aurora instances per region [${DEFAULTS.instances}]`,
    helpValue: 'N',
    min: 1,
    max: 4,
  }),
  account: Flags.string({
    description: 'AWS account id (twelve digits); checked before each deployment',
    helpValue: 'ID',
  }),
  profile: Flags.string({description: 'AWS profile that the commands use', helpValue: 'NAME'}),
  'alarm-email': Flags.string({description: 'Email address for alarms', helpValue: 'ADDRESS'}),
  protect: Flags.boolean({
    description:
      'Enable deletion protection and keep the data when a stack is deleted; recommended unless this is a rehearsal',
    allowNo: true,
  }),
  pipeline: Flags.option({
    description: `Add pipelines of CodePipeline: ${Object.entries(PIPELINES)
      .map(([name, what]) => `${name}: ${what}`)
      .join('; ')} [${DEFAULTS.pipeline}]`,
    options: Object.keys(PIPELINES) as PipelineChoice[],
    helpValue: 'KIND',
  })(),
  connection: Flags.string({description: 'With --pipeline connection: the ARN of the connection', helpValue: 'ARN'}),
  repository: Flags.string({
    description: 'With --pipeline connection: the repository, whose branch main is deployed',
    helpValue: 'OWNER/NAME',
  }),
  route: Flags.option({
    description: `How clients are sent to a region; give it again for the next one in order of preference. docs/routes.md compares them [${DEFAULTS.routes.join(', ')}]`,
    options: ROUTES,
    multiple: true,
    multipleNonGreedy: true,
    helpValue: ROUTES.join('|'),
  })(),
  domain: Flags.string({
    description: 'With --route route53: the name that clients use, such as api.example.com',
    helpValue: 'NAME',
  }),
  'hosted-zone': Flags.string({
    description: 'With --route route53: id or name of the hosted zone of the domain [found by the domain]',
    helpValue: 'ZONE',
  }),
  ci: Flags.boolean({description: 'Add a GitHub workflow that runs a drill [yes]', allowNo: true}),
}

type Given = Interfaces.InferredFlags<typeof SETTINGS_FLAGS>

export const givenIn = (flags: Given): GivenSettings => ({
  app: flags.app,
  home: flags.home,
  away: flags.away,
  rtoSeconds: flags.rto,
  rpoSeconds: flags.rpo,
  purpose: flags.purpose,
  minCapacity: flags['min-capacity'],
  maxCapacity: flags['max-capacity'],
  instances: flags.instances,
  account: flags.account,
  profile: flags.profile,
  alarmEmail: flags['alarm-email'],
  protect: flags.protect,
  workflow: flags.ci,
  pipeline: flags.pipeline,
  connection: flags.connection,
  repository: flags.repository,
  routes: flags.route,
  domain: flags.domain,
  hostedZone: flags['hosted-zone'],
})
