/**
 * A throwaway example of each recipe of CONTRIBUTING.md: the files in `test/recipes/<folder>`, which stand there as they would in the
 * tree, and what they change in files that exist. `test/long/recipes.test.ts` applies them to a copy of the tree.
 */

export interface Change {
  file: string
  /** Stands in the file once. */
  find: string
  put: string
}

export interface Recipe {
  /** As CONTRIBUTING.md has it. */
  title: string
  folder: string
  changes: Change[]
  /** What must pass with it. */
  tests: string[]
}

/** One more line before another one. */
const lineBefore = (file: string, find: string, line: string): Change => ({file, find, put: `${line}\n${find}`})

export const RECIPES: Recipe[] = [
  {
    title: 'Add a command',
    folder: 'command',
    changes: [lineBefore('test/support/examples.ts', "      ok('todo-dr status'),", "      ok('todo-dr lag'),")],
    tests: ['test/actions/lag/run.test.ts', 'test/permissions/table.test.ts', 'test/examples.test.ts'],
  },
  {
    title: 'Add a route',
    folder: 'route',
    changes: [
      lineBefore(
        'src/adapters/aws/routing/index.ts',
        "import type {RouteKind} from './kind.js'",
        "import {object} from './object.js'",
      ),
      {
        file: 'src/adapters/aws/routing/index.ts',
        find: '{keyvaluestore: keyValueStore, origin, route53, command}',
        put: '{keyvaluestore: keyValueStore, object, origin, route53, command}',
      },
      lineBefore(
        'infra-template/lib/directory-stack.ts',
        '  /** The edge sends everybody to the origin of its default behavior. */',
        `  /** The clients' own router asks an object in S3 which region serves. */
  | {kind: 'object'; region: string; bucket: string; key: string}`,
      ),
      {
        file: 'infra-template/lib/directory-stack.ts',
        find: 'private routeMap({edge: {store}, name}: DirectoryStackProps)',
        put: 'private routeMap({data, edge: {store}, name}: DirectoryStackProps)',
      },
      {
        file: 'infra-template/lib/directory-stack.ts',
        find: 'const {domain, hostedZone} = this.config',
        put: 'const {domain, hostedZone, home} = this.config',
      },
      {
        file: 'infra-template/lib/directory-stack.ts',
        find: "if (store) return {kind: 'keyvaluestore', storeArn: store.keyValueStoreArn, key: ROUTING_KEY}",
        put: "if (store) return {kind: 'object', region: home, bucket: data[home]!.leaseBucketName, key: ROUTING_KEY}",
      },
    ],
    tests: ['test/adapters/aws/routing/object.test.ts', 'test/adapters/aws/routing/keyvaluestore.test.ts'],
  },
  {
    title: 'Add a gate',
    folder: 'gate',
    changes: [
      lineBefore(
        'src/gates/index.ts',
        "import {targetHasInstance} from './target-has-instance.js'",
        "import {tablePresent} from './table-present.js'",
      ),
      lineBefore('src/gates/index.ts', '  routeToPrimary,\n', '  tablePresent,'),
      lineBefore(
        'test/gates/gates.test.ts',
        "    'route-to-primary': ['steer', healthy()],",
        `    'table-present': [
      'switchover',
      healthy({
        regions: {
          [HOME]: healthySide(HOME, {api: yes({status: 503, ok: false, latencyMs: 1, code: 'TableMissing'})}),
          [AWAY]: healthySide(AWAY),
        },
      }),
    ],`,
      ),
    ],
    tests: ['test/gates/gates.test.ts'],
  },
  {
    title: 'Add a step',
    folder: 'step',
    changes: [
      lineBefore(
        'src/steps/registry.ts',
        "import {STEER_SECONDS, steerEdge} from './steer-edge.js'",
        "import {routeStays} from './route-stays.js'",
      ),
      lineBefore(
        'src/steps/registry.ts',
        'export const unfenceSource =',
        `export const stays = ({to}: Route): PlanStep => ({
  id: 'route-stays',
  kind: 'route-stays',
  args: {to, seconds: 3},
  title: \`Verify that clients stay with \${to}\`,
  phase: 'confirm',
  deadlineSeconds: 20,
})
`,
      ),
      lineBefore(
        'src/steps/registry.ts',
        "  'verify-edge': ({text})",
        "  'route-stays': ({text, number}) => routeStays({to: text('to'), seconds: number('seconds')}),",
      ),
      lineBefore('src/plans/index.ts', '  steerTo,\n', '  stays,'),
      lineBefore('src/plans/index.ts', '    [settle(route)],', '    [stays(route)],'),
    ],
    tests: ['test/steps/route-stays.test.ts', 'test/engine/interruptions.test.ts'],
  },
  {
    title: 'Add a workload',
    folder: 'workload',
    changes: [
      {
        file: 'src/open/workload.ts',
        find: "(await import('../workloads/todo/index.js')).todo",
        put: "(await import('../workloads/memos/index.js')).memos",
      },
    ],
    tests: ['test/workloads/memos.test.ts'],
  },
  {
    title: 'Add a resource type to the lab',
    folder: 'lab',
    changes: [
      {
        file: 'lab/src/aws/cloudwatch/resources.ts',
        find: '/** AWS::CloudWatch::Alarm and Dashboard. */',
        put: '/** AWS::CloudWatch::Alarm, CompositeAlarm and Dashboard. */',
      },
      {
        file: 'lab/src/aws/cloudwatch/resources.ts',
        find: `    await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
  },
}
`,
        put: `    await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
  },
}

async function putComposite(AlarmName: string, properties: Properties, context: ResourceContext): Promise<Provisioned> {
  await request(context, 'monitoring', 'PutCompositeAlarm', {...properties, AlarmName})
  return {physicalId: AlarmName, attributes: {Arn: arn('cloudwatch', context.region, \`alarm:\${AlarmName}\`)}}
}

/** Made by an operation of its own; the rest is as of any alarm. */
export const compositeAlarm: ResourceProvider = {
  ...alarm,
  create: (properties, context) =>
    putComposite(properties.AlarmName ?? generatedName(context.stackName, context.logicalId), properties, context),
  update: (physicalId, properties, _previous, context) => putComposite(physicalId, properties, context),
  async read(name, _attributes, context) {
    const question = {AlarmNames: [name], AlarmTypes: ['CompositeAlarm']}
    const {CompositeAlarms} = await call(context, 'monitoring', 'DescribeAlarms', question)
    return CompositeAlarms.length === 0 ? undefined : liveOf(CompositeAlarms[0], ['AlarmName', 'AlarmRule'], {})
  },
}
`,
      },
      {
        file: 'lab/src/aws/cloudwatch/index.ts',
        find: "import {alarm, dashboard} from './resources.js'",
        put: "import {alarm, compositeAlarm, dashboard} from './resources.js'",
      },
      {
        file: 'lab/src/aws/cloudwatch/index.ts',
        find: "  types: {'AWS::CloudWatch::Alarm': alarm, 'AWS::CloudWatch::Dashboard': dashboard},",
        put: `  types: {
    'AWS::CloudWatch::Alarm': alarm,
    'AWS::CloudWatch::CompositeAlarm': compositeAlarm,
    'AWS::CloudWatch::Dashboard': dashboard,
  },`,
      },
      {
        file: 'lab/src/aws/cloudwatch/service.ts',
        find: "import type {Lab, Offering, Operation, TaggedResource, WatchedMetric} from '../../kernel.js'",
        put: `import type {CompositeAlarm, DescribeAlarmsInput, PutCompositeAlarmInput} from '@aws-sdk/client-cloudwatch'
import {arn, type Lab, type Offering, type Operation, type TaggedResource, type WatchedMetric} from '../../kernel.js'`,
      },
      {
        file: 'lab/src/aws/cloudwatch/service.ts',
        find: '    this.operations = {...metricOperations(lab), ...this.alarms.operations, ...new Dashboards().operations}',
        put: `    this.operations = {
      ...metricOperations(lab),
      ...withComposites(this.alarms.operations),
      ...new Dashboards().operations,
    }`,
      },
      {
        file: 'lab/src/aws/cloudwatch/service.ts',
        find: `    return isBreached(this.lab, region, watched, pace)
  }
}
`,
        put: `    return isBreached(this.lab, region, watched, pace)
  }
}

/** Composite alarms are described and deleted by the operations of all alarms. */
function withComposites(operations: Record<string, Operation>): Record<string, Operation> {
  const composites = new Map<string, CompositeAlarm>()
  return {
    ...operations,
    PutCompositeAlarm({Tags: _, ...settings}: PutCompositeAlarmInput, {region}) {
      const AlarmArn = arn('cloudwatch', region, \`alarm:\${settings.AlarmName}\`)
      composites.set(AlarmArn, {...settings, AlarmArn, StateValue: 'INSUFFICIENT_DATA'})
      return {}
    },
    async DescribeAlarms(input: DescribeAlarmsInput, context) {
      const {AlarmNames, AlarmTypes = ['MetricAlarm']} = input
      const found = [...composites.values()]
        .filter(({AlarmArn}) => AlarmArn?.split(':')[3] === context.region)
        .filter(({AlarmName = ''}) => AlarmNames?.includes(AlarmName) ?? true)
      const output = await operations.DescribeAlarms!(input, context)
      return {...(output as object), CompositeAlarms: AlarmTypes.includes('CompositeAlarm') ? found : []}
    },
    DeleteAlarms({AlarmNames = []}: {AlarmNames?: string[]}, context) {
      const others = AlarmNames.filter((name) => !composites.delete(arn('cloudwatch', context.region, \`alarm:\${name}\`)))
      return operations.DeleteAlarms!({AlarmNames: others}, context)
    },
  }
}
`,
      },
    ],
    tests: [
      'lab/test/aws/cloudwatch/composite-alarm.test.ts',
      'lab/test/aws/schemas.test.ts',
      'lab/test/aws/page.test.ts',
      'lab/test/architecture.test.ts',
    ],
  },
]
