import {Flags} from '@oclif/core'
import type {DriftKind, DriftResult} from '../actions/drift/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import {DRIFT} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'

export default class Drift extends DrCommand {
  static override answersOnly = true
  static override summary = 'Find what differs between the regions, and from the template'
  static override description =
    'Compares what must be alike for a switch to go well, and changes nothing. Without a flag it compares all that can differ in this deployment: on a healthy Aurora global database schema and rows cannot, since its storage is replicated. What todo-dr itself has changed for a while, such as a fence, is told and is no drift. Exits 0 if nothing differs, 5 if something does, and 6 if something could not be compared or the command was interrupted.'

  static override exits: readonly ExitName[] = ['missed', 'unknown', 'credentials']
  static override examples = [
    '<%= config.bin %> drift',
    '<%= config.bin %> drift --template',
    '<%= config.bin %> drift --regions',
    '<%= config.bin %> drift --schema --fix',
    '<%= config.bin %> drift --rows --max-load 50',
    '<%= config.bin %> drift --rows --against todomgmt-lost',
    '<%= config.bin %> drift --baseline drift.yaml --json',
  ]

  static override flags = {
    template: Flags.boolean({
      description:
        "Compare every stack's template with what is there, by CloudFormation's drift detection. It needs rights to read all resources",
    }),
    regions: Flags.boolean({
      description:
        'Compare functions, database, proxy, secrets, alarms, API, tokens and tags of the two regions. No value of a secret is shown',
    }),
    schema: Flags.boolean({description: 'Compare tables, columns, indexes, constraints, grants and migrations'}),
    rows: Flags.boolean({
      description: 'Compare all rows, by digests of ranges, down to the rows and columns that differ',
    }),
    against: Flags.string({
      description:
        "With --rows: compare the primary's rows with those of this Aurora cluster, which is no member of the global database, such as the restored volume of an old primary. Its id or its ARN",
      helpValue: 'CLUSTER',
      dependsOn: ['rows'],
      exclusive: ['template', 'regions', 'schema'],
    }),
    baseline: Flags.string({
      description:
        'YAML or JSON file of known differences, each with a reason and the last day on which it is accepted',
      helpValue: 'FILE',
    }),
    fix: Flags.boolean({description: 'Print the statements that would remove each difference. Nothing is run'}),
    'max-load': Flags.integer({
      description: 'Percent of the time for which a statement of --rows may run in each region',
      default: 100,
      helpValue: 'PERCENT',
      min: 1,
      max: 100,
    }),
    'max-lag': Flags.integer({
      description: 'Seconds of replication lag above which --rows pauses',
      default: 10,
      helpValue: 'SECONDS',
      min: 1,
    }),
    deadline: Flags.integer({
      description: 'Seconds after which --rows stops and keeps what it has found',
      helpValue: 'SECONDS',
      min: 1,
    }),
    resume: Flags.boolean({description: 'Continue a --rows that was interrupted or stopped'}),
  }

  static override calls: Calls = DRIFT

  async run(): Promise<DriftResult> {
    const {flags} = await this.parse(Drift)
    const [{openDrift}, {runDrift}, {driftLines}, {loadBaseline, NO_BASELINE}] = await Promise.all([
      import('../open/drift.js'),
      import('../actions/drift/run.js'),
      import('../render/drift.js'),
      import('../config/baseline.js'),
    ])
    const baseline = flags.baseline === undefined ? NO_BASELINE : await loadBaseline(flags.baseline)
    const {states, ...opened} = await openDrift(this.session(), flags.against)
    const {result, exit} = await runDrift({
      ...opened,
      only: KINDS.filter((kind) => flags[kind]),
      baseline,
      now: Date.now(),
      fix: flags.fix,
      rows: {
        states,
        resume: flags.resume,
        maxLoad: flags['max-load'],
        maxLagSeconds: flags['max-lag'],
        deadlineSeconds: flags.deadline,
      },
      emit: this.emit,
      signal: this.signal,
    })
    this.log(this.aim(driftLines(result).join('\n')))
    this.exitWith(exit)
    return result
  }
}

/** Those that have a flag. */
const KINDS = ['template', 'regions', 'schema', 'rows'] as const satisfies readonly DriftKind[]
