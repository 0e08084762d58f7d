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
        find: '{keyvaluestore: keyValueStore}',
        put: '{keyvaluestore: keyValueStore, object}',
      },
      {
        file: 'infra-template/lib/directory-stack.ts',
        find: `  /** The edge asks a key of its KeyValueStore which region serves. */
  route: {kind: 'keyvaluestore'; storeArn: string; key: string}`,
        put: `  /** The clients' own router asks an object in S3 which region serves. */
  route: {kind: 'object'; region: string; bucket: string; key: string}`,
      },
      {
        file: 'infra-template/lib/directory-stack.ts',
        find: "{kind: 'keyvaluestore', storeArn: props.edge.store.keyValueStoreArn, key: ROUTING_KEY}",
        put: "{kind: 'object', region: home, bucket: props.data[home]!.leaseBucketName, key: ROUTING_KEY}",
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
        "import {steerEdge} from './steer-edge.js'",
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
      lineBefore('src/plans/index.ts', '    ...(fencedBefore ?', '    [stays(route)],'),
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
        find: '/** AWS::CloudWatch::Alarm. */',
        put: '/** AWS::CloudWatch::Alarm and AWS::CloudWatch::CompositeAlarm. */',
      },
      {
        file: 'lab/src/aws/cloudwatch/resources.ts',
        find: `async function put(AlarmName: string, properties: Properties, context: ResourceContext): Promise<Provisioned> {
  await request(context, 'monitoring', 'PutMetricAlarm', {...properties, AlarmName})
  return {physicalId: AlarmName, attributes: {Arn: arn('cloudwatch', context.region, \`alarm:\${AlarmName}\`)}}
}

/** PutMetricAlarm makes and changes alike. */
export const alarm: ResourceProvider = {
  tags: TAGS,
  createOnly: ['AlarmName'],
  create: (properties, context) =>
    put(properties.AlarmName ?? generatedName(context.stackName, context.logicalId), properties, context),
  update: (physicalId, properties, _previous, context) => put(physicalId, properties, context),
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
  },
}
`,
        put: `/** Both operations make and change alike. */
function madeBy(operation: 'PutCompositeAlarm' | 'PutMetricAlarm'): ResourceProvider {
  const put = async (AlarmName: string, properties: Properties, context: ResourceContext): Promise<Provisioned> => {
    await request(context, 'monitoring', operation, {...properties, AlarmName})
    return {physicalId: AlarmName, attributes: {Arn: arn('cloudwatch', context.region, \`alarm:\${AlarmName}\`)}}
  }

  return {
    tags: TAGS,
    createOnly: ['AlarmName'],
    create: (properties, context) =>
      put(properties.AlarmName ?? generatedName(context.stackName, context.logicalId), properties, context),
    update: (physicalId, properties, _previous, context) => put(physicalId, properties, context),
    async delete(name, _properties, context) {
      await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
    },
  }
}

export const alarm = madeBy('PutMetricAlarm')
export const compositeAlarm = madeBy('PutCompositeAlarm')
`,
      },
      {
        file: 'lab/src/aws/cloudwatch/index.ts',
        find: "import {alarm} from './resources.js'",
        put: "import {alarm, compositeAlarm} from './resources.js'",
      },
      {
        file: 'lab/src/aws/cloudwatch/index.ts',
        find: "{'AWS::CloudWatch::Alarm': alarm}",
        put: "{'AWS::CloudWatch::Alarm': alarm, 'AWS::CloudWatch::CompositeAlarm': compositeAlarm}",
      },
      lineBefore('lab/src/aws/cloudwatch/service.ts', '  Datapoint,\n', '  CompositeAlarm,'),
      lineBefore('lab/src/aws/cloudwatch/service.ts', '  PutMetricAlarmInput,\n', '  PutCompositeAlarmInput,'),
      lineBefore(
        'lab/src/aws/cloudwatch/service.ts',
        "  /** By the alarm's ARN. */",
        '  private readonly composites = new Map<string, CompositeAlarm>()',
      ),
      lineBefore(
        'lab/src/aws/cloudwatch/service.ts',
        '    DescribeAlarms: (',
        `    PutCompositeAlarm: (input: PutCompositeAlarmInput, {region}) => {
      const {Tags = [], ...described} = input
      const AlarmArn = arn('cloudwatch', region, \`alarm:\${input.AlarmName}\`)
      if (!this.tags.has(AlarmArn)) this.tags.set(AlarmArn, Tags)
      this.composites.set(\`\${region}/\${input.AlarmName}\`, {...described, AlarmArn, StateValue: 'INSUFFICIENT_DATA'})
      return {}
    },
`,
      ),
      {
        file: 'lab/src/aws/cloudwatch/service.ts',
        find: `({AlarmNames, AlarmNamePrefix = ''}: DescribeAlarmsInput, {region}) => {
      const inRegion = [...this.alarms].filter(([key]) => key.startsWith(\`\${region}/\`)).map(([, alarm]) => alarm)
      const wanted = ({AlarmName = ''}: MetricAlarm): boolean =>
        AlarmNames?.length ? AlarmNames.includes(AlarmName) : AlarmName.startsWith(AlarmNamePrefix)
      return {MetricAlarms: inRegion.filter((alarm) => wanted(alarm)), CompositeAlarms: []}
`,
        put: `(input: DescribeAlarmsInput, {region}) => {
      const {AlarmNames, AlarmNamePrefix = '', AlarmTypes = ['MetricAlarm']} = input
      const wanted = (name: string): boolean =>
        AlarmNames?.length ? AlarmNames.includes(name) : name.startsWith(AlarmNamePrefix)
      const found = <Alarm extends {AlarmName?: string}>(alarms: Map<string, Alarm>): Alarm[] =>
        [...alarms]
          .filter(([key, {AlarmName = ''}]) => key.startsWith(\`\${region}/\`) && wanted(AlarmName))
          .map(([, alarm]) => alarm)
      return {
        MetricAlarms: AlarmTypes.includes('MetricAlarm') ? found(this.alarms) : [],
        CompositeAlarms: AlarmTypes.includes('CompositeAlarm') ? found(this.composites) : [],
      }
`,
      },
      {
        file: 'lab/src/aws/cloudwatch/service.ts',
        find: `        if (!this.alarms.delete(\`\${region}/\${name}\`)) throw fault(`,
        put: `        const key = \`\${region}/\${name}\`
        if (!this.alarms.delete(key) && !this.composites.delete(key))
          throw fault(`,
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
