import {Flags} from '@oclif/core'
import {DrCommand} from '../../cli/dr-command.js'
import {DrError} from '../../errors.js'
import {primaryOf} from '../../model/observation.js'
import {homeOf, preferenceOf, regionNamed} from '../../model/regions.js'
import {OUTAGE_KINDS} from '../../ports/outage.js'
import type {ActiveOutage} from '../../ports/outage.js'
import type {World} from '../../ports/world.js'

export interface OutageResult {
  schemaVersion: 1
  target: string
  outages: ActiveOutage[]
}

export default class OutageStart extends DrCommand {
  static override summary = 'Make a rehearsal outage of a region, with AWS calls alone'
  static override description =
    'api: no function of the region runs any more. database: its proxy loses the cluster. What was there before is remembered in tags, and `todo-dr outage stop` puts it back.'

  static override flags = {
    region: Flags.string({
      description: '`home`, `away` or a region; by default home, while home is the primary',
      helpValue: 'REGION',
    }),
    kind: Flags.option({options: OUTAGE_KINDS, description: 'What fails'})({default: 'api'}),
    confirm: Flags.string({description: 'The name of the application; wanted off the lab', helpValue: 'NAME'}),
  }

  async run(): Promise<OutageResult> {
    const {flags} = await this.parse(OutageStart)
    const session = this.session()
    const [world, outage, {name, kind}] = await Promise.all([session.world(), session.outage(), session.target()])
    const {deployment} = world
    const region = flags.region === undefined ? await this.#homeIfPrimary(world) : regionNamed(deployment, flags.region)
    if (kind === 'aws') await this.#confirmed({name, app: deployment.app, region}, flags.confirm)
    await outage.start(region, flags.kind, {signal: this.signal})
    const role = preferenceOf(deployment, region)
    this.emit({code: 'done', text: `The ${flags.kind} of ${region} (${role}) is out.`, next: 'todo-dr status'})
    return {schemaVersion: 1, target: name, outages: await outage.active(region, {signal: this.signal})}
  }

  /** Without a region only the obvious one: home, while it serves. Elsewhere somebody must have meant it. */
  async #homeIfPrimary(world: World): Promise<string> {
    const {deployment} = world
    const {observe} = await import('../../probes/observe.js')
    const primary = primaryOf(await observe(world, {signal: this.signal}))
    if (primary === homeOf(deployment)) return primary
    throw new DrError({
      code: 'RegionWanted',
      exit: 'refused',
      what: 'home is not the primary, so that it must be said which region is to fail',
      why: primary === undefined ? 'nobody can say which region is the primary' : `${primary} is the primary`,
      next: `todo-dr outage start --region ${primary ?? 'REGION'}`,
    })
  }

  async #confirmed({app, name, region}: Record<'app' | 'name' | 'region', string>, confirm?: string): Promise<void> {
    const next = `todo-dr outage start --region ${region} --confirm ${app}`
    const question = `Clients of ${app} in ${region} will fail. Type ${app} to go on:`
    const consent = this.consent({app, confirm, question, danger: 'breaks the wrong application', next})
    if (consent.given() || (await consent.ask())) return
    throw new DrError({
      code: 'ConfirmWanted',
      exit: 'refused',
      what: `an outage of ${app} was not confirmed; nothing was changed`,
      why: `${name} is no lab: clients would notice`,
      next,
    })
  }
}
