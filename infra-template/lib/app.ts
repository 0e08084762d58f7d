import {fileURLToPath} from 'node:url'
import {App, Tags} from 'aws-cdk-lib'
import {ApiStack} from './api-stack.js'
import {BackupStack} from './backup-stack.js'
import {EDGE_REGION, namesOf, type Config} from './config.js'
import {DataStack} from './data-stack.js'
import {DeliveryStack} from './delivery-stack.js'
import {DirectoryStack} from './directory-stack.js'
import {EdgeStack} from './edge-stack.js'
import {FailoverStack} from './failover-stack.js'
import {IdentityStack} from './identity-stack.js'
import {NameStack} from './name-stack.js'
import {OWNERSHIP_TAG} from './synthesizer.js'

/** Where `npm run bundle` leaves the functions. */
const BUNDLES = fileURLToPath(new URL('../lambda/dist', import.meta.url))

/** An app whose assembly depends on the sources alone: no telemetry, and no paths of this machine in its metadata. */
export function newApp(outdir: string, context: Record<string, unknown> = {}): App {
  return new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: false,
    context: {
      'aws:cdk:disable-creation-stack-traces': true,
      // A bucket that takes access logs says so in its policy; the access control list of old is off for new buckets.
      '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
      ...context,
    },
  })
}

/**
 * All stacks of a deployment, in the order in which they are made: identity of both regions, data at home, data away, the backup
 * plans of both where they are wanted, the API of both, clients' own name of both where they use one, the edge, in each region the map of
 * it all, and last, where they are wanted, the failover pipelines and the delivery pipeline.
 * `bundles` is the folder of the bundled functions.
 */
export function buildApp(app: App, config: Config, bundles = BUNDLES): void {
  const names = namesOf(config)
  const regions = [config.home, config.away]
  const each = <T>(make: (region: string) => T): Record<string, T> =>
    Object.fromEntries(regions.map((region) => [region, make(region)]))

  const identity = each(
    (region) =>
      new IdentityStack(app, names.stack('identity', region), {
        config,
        region,
        description: `${config.app}: user pool, domain, scope and client in ${region}`,
      }),
  )

  const homeData = new DataStack(app, names.stack('data', config.home), {
    config,
    region: config.home,
    description: `${config.app}: network, founding Aurora cluster, proxy and secrets in ${config.home}`,
  })
  const awayData = new DataStack(app, names.stack('data', config.away), {
    config,
    region: config.away,
    founder: homeData,
    description: `${config.app}: network, joining Aurora cluster and proxy in ${config.away}`,
  })
  const data: Record<string, DataStack> = {[config.home]: homeData, [config.away]: awayData}

  const {backup} = config
  if (backup)
    each(
      (region) =>
        new BackupStack(app, names.stack('backup', region), {
          config,
          region,
          backup,
          data: [homeData, awayData],
          description: `${config.app}: backup plan of the cluster in ${region}`,
        }),
    )

  const api = each(
    (region) =>
      new ApiStack(app, names.stack('api', region), {
        config,
        region,
        data: data[region]!,
        bundles,
        identities: regions.map((poolRegion) => identity[poolRegion]!),
        description: `${config.app}: REST API and functions in ${region}`,
      }),
  )

  const name = config.route === 'route53' ? nameStacks(app, config, api) : undefined

  const edge = new EdgeStack(app, names.edgeStack, {
    config,
    region: EDGE_REGION,
    apis: api,
    description:
      config.route === 'keyvaluestore'
        ? `${config.app}: distribution, viewer-request function and KeyValueStore`
        : `${config.app}: distribution`,
  })

  each(
    (region) =>
      new DirectoryStack(app, names.stack('directory', region), {
        config,
        region,
        identity,
        data,
        api,
        edge,
        ...(name && {name}),
        description: `${config.app}: the map of the whole deployment, as ${region} keeps it`,
      }),
  )

  if (config.pipeline === 'failover')
    each(
      (region) =>
        new FailoverStack(app, names.stack('failover', region), {
          config,
          region,
          data: data[region]!,
          description: `${config.app}: the pipeline that makes ${region} the primary`,
        }),
    )

  const {delivery} = config
  if (delivery)
    new DeliveryStack(app, names.stack('delivery', config.home), {
      config,
      region: config.home,
      data: homeData,
      delivery,
      description: `${config.app}: the pipeline that deploys what is pushed`,
    })

  Tags.of(app).add(OWNERSHIP_TAG, config.app)
  forgetTraces(app)
}

function nameStacks(app: App, config: Config, api: Record<string, ApiStack>): Record<string, NameStack> {
  const made = (region: string, home?: NameStack): NameStack =>
    new NameStack(app, namesOf(config).stack('name', region), {
      config,
      region,
      api: api[region]!,
      domain: config.domain!,
      hostedZone: config.hostedZone!,
      ...(home && {home}),
      description: `${config.app}: ${config.domain} in ${region}`,
    })
  const home = made(config.home)
  return {[config.home]: home, [config.away]: made(config.away, home)}
}

/** An acknowledgement notes where in the sources it stands whatever the app's settings say: this machine's paths. */
function forgetTraces(app: App): void {
  for (const {node} of app.node.findAll()) for (const entry of node.metadata) Reflect.deleteProperty(entry, 'trace')
}
