/**
 * The toolkit's own process, started by `toolkit-process.ts`: the toolkit can neither be stopped in the middle nor be
 * kept from this environment otherwise. Loads the toolkit of the user's project, and ends with its parent.
 */

import {createRequire} from 'node:module'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type * as ToolkitLib from '@aws-cdk/toolkit-lib'
import type {ProjectStack} from '../../model/stack.js'
import type {StackDifference} from '../../ports/deployer.js'
import {differenceOf} from './difference.js'
import type {Calls, FromWorker, OpenArguments, ToldError, ToWorker} from './protocol.js'
import {translate} from './translate.js'

/** Milliseconds; a sign of life need not be given more often. */
const ALIVE_MS = 1000

/** Milliseconds that another one's hold on the project is waited out. */
const LOCKED_MS = 10_000
const LOCKED_POLL_MS = 250

const tell = (message: FromWorker): void => {
  if (process.connected) process.send!(message)
}

let aliveAt = 0
const alive = (): void => {
  if (Date.now() - aliveAt < ALIVE_MS) return
  aliveAt = Date.now()
  tell({type: 'alive'})
}

/** Never prompts: says yes to what the program has checked and asked before (to deploy, to roll back), and nothing else. */
const AGREED = new Set(['CDK_TOOLKIT_I5050', 'CDK_TOOLKIT_I5060'])

/** What a CDK app's stacks say that name no environment [aws-cdk-lib, UNKNOWN_REGION and UNKNOWN_ACCOUNT]. */
const ANY_REGION = 'unknown-region'
const ANY_ACCOUNT = 'unknown-account'

/** Where the toolkit deploys a stack that names no region: by the environment, the profile, or as its own default. */
let ownRegion = 'us-east-1'
const regionOf = (wanted: string): string => (wanted === ANY_REGION ? ownRegion : wanted)

/** Of the last call of `diff`. */
const differences: StackDifference[] = []

const ioHost: ToolkitLib.IIoHost = {
  async notify(message) {
    alive()
    const event = translate(message, regionOf)
    if (event) tell({type: 'event', event})
    const difference = differenceOf(message, regionOf)
    if (difference) differences.push(difference)
  },
  async requestResponse(message) {
    alive()
    return (AGREED.has(message.code) ? true : message.defaultResponse) as never
  },
}

interface Opened {
  library: typeof ToolkitLib
  toolkit: ToolkitLib.Toolkit
  assembly: ToolkitLib.CachedCloudAssembly
  pollMs?: number
}

let opened: Opened | undefined

function isOpen(): Opened {
  if (!opened) throw new Error('nothing is open')
  return opened
}

async function open(given: OpenArguments): Promise<ProjectStack[]> {
  const {folder, app, account, context, validation, profile, pollMs} = given
  const library = createRequire(join(folder, 'package.json'))('@aws-cdk/toolkit-lib') as typeof ToolkitLib
  const toolkit = new library.Toolkit({
    ioHost,
    color: false,
    emojis: false,
    unstableFeatures: ['publish-assets'],
    sdkConfig: {baseCredentials: noting(library.BaseCredentials.awsCliCompatible({profile}))},
  })
  const source = await toolkit.fromCdkApp(app, {
    workingDirectory: folder,
    contextStore: new library.CdkAppMultiContext(folder, context),
    synthOptions: {validation},
  })
  const assembly = await whenFree(library, () => toolkit.synth(source))
  opened = {library, toolkit, assembly, pollMs}
  const {stacksRecursively} = assembly.cloudAssembly
  const stackIds = new Set(stacksRecursively.map(({id}) => id))
  const byId = new Map(stacksRecursively.map((stack) => [stack.id, stack.hierarchicalId]))
  return stacksRecursively.map((stack) => ({
    id: stack.hierarchicalId,
    name: stack.stackName,
    region: regionOf(stack.environment.region),
    account: stack.environment.account === ANY_ACCOUNT ? account : stack.environment.account,
    dependencies: stack.dependencies.filter(({id}) => stackIds.has(id)).map(({id}) => byId.get(id)!),
    template: stack.template as ProjectStack['template'],
    ...(stack.requiresBootstrapStackVersion && {
      bootstrap: {
        parameter: stack.bootstrapStackVersionSsmParameter ?? '/cdk-bootstrap/hnb659fds/version',
        version: stack.requiresBootstrapStackVersion,
      },
    }),
  }))
}

/** Notes the region that the toolkit finds; there is no other way to ask it. */
const noting = (credentials: ToolkitLib.IBaseCredentialsProvider): ToolkitLib.IBaseCredentialsProvider => ({
  async sdkBaseConfig(host, client) {
    const found = await credentials.sdkBaseConfig(host, client)
    ownRegion = found.defaultRegion ?? ownRegion
    return found
  },
})

/** The toolkit of a command that was killed ends a moment after it, and keeps its hold on the project until then. */
async function whenFree<T>({ToolkitError}: typeof ToolkitLib, work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + LOCKED_MS; ;) {
    try {
      return await work()
    } catch (error) {
      if (!ToolkitError.isLockError(error) || Date.now() > end) throw error
      await sleep(LOCKED_POLL_MS)
    }
  }
}

const these = (ids: string[]): ToolkitLib.StackSelector => ({
  strategy: isOpen().library.StackSelectionStrategy.PATTERN_MUST_MATCH,
  patterns: ids,
})

/**
 * Before the first stack. In the toolkit's own order an asset waits for all stacks that any of its users depends on, and holds up every
 * other stack that uses it: two regions that share a function's archive would be deployed one after the other
 * [aws-cdk-cli, work-graph-builder.ts, `addAsset`]. What is published is left out of that order. A toolkit that is too old for it
 * keeps the order.
 */
async function publishAll({toolkit, assembly}: Opened, ids: string[], concurrency: number): Promise<void> {
  if ('publishAssets' in toolkit) await toolkit.publishAssets(assembly, {stacks: these(ids), concurrency})
}

const handlers: {[Name in keyof Calls]: (given: Calls[Name]['arguments']) => Promise<Calls[Name]['result']>} = {
  open,
  async bootstrap({places}) {
    const {library, toolkit} = isOpen()
    const names = places.map(({account, region}) => `aws://${account}/${region}`)
    await toolkit.bootstrap(library.BootstrapEnvironments.fromList(names))
    return null
  },
  async prepare({ids, changeSet}) {
    const {toolkit, assembly, pollMs} = isOpen()
    await toolkit.deploy(assembly, {
      stacks: these(ids),
      concurrency: ids.length,
      stackEventPollingInterval: pollMs,
      deploymentMethod: {method: 'change-set', execute: false, changeSetName: changeSet},
    })
    return null
  },
  async deploy({ids, concurrency, rollback}) {
    const {toolkit, assembly, pollMs, library} = isOpen()
    await publishAll(isOpen(), ids, concurrency)
    await toolkit.deploy(assembly, {
      stacks: these(ids),
      concurrency,
      rollback,
      stackEventPollingInterval: pollMs,
      assetBuildTime: library.AssetBuildTime.JUST_IN_TIME,
      assetBuildConcurrency: 4,
    })
    return null
  },
  async rollback({ids}) {
    const {toolkit, assembly} = isOpen()
    await toolkit.rollback(assembly, {stacks: these(ids)})
    return null
  },
  async diff({ids}) {
    const {toolkit, assembly, library} = isOpen()
    differences.length = 0
    const {TemplateOnly: templateOnly} = library.DiffMethod
    await toolkit.diff(assembly, {stacks: these(ids), method: templateOnly()})
    return differences
  },
}

function told(error: unknown): ToldError {
  const {name, message, stack, cause, $metadata} = error as Error & {$metadata?: {requestId?: string}}
  const causes: ToldError['causes'] = []
  let requestId = $metadata?.requestId
  for (let at = cause; at instanceof Error && causes.length < 5; at = at.cause) {
    causes.push({name: at.name, message: at.message})
    requestId ??= (at as {$metadata?: {requestId?: string}}).$metadata?.requestId
  }

  return {name, message: String(message ?? error), causes, requestId, stack}
}

process.on('disconnect', () => process.exit(0))
process.on('message', ({call, arguments: given}: ToWorker) => {
  void (handlers[call] as (given: unknown) => Promise<unknown>)(given).then(
    (value) => tell({type: 'result', value}),
    (error: unknown) => tell({type: 'error', error: told(error)}),
  )
})
