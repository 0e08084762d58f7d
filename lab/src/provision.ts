/** Deploys a cloud assembly to the lab: publishes its files, then creates its stacks as parallel as their order allows. */

import {contentOf, readAssembly, type AssemblyFile, type AssemblyStack} from './assembly.js'
import {walk} from './cloudformation/graph.js'
import {ACCOUNT, type Lab, type SettledStack} from './kernel.js'

export interface Progress {
  stack: string
  region: string
  /** A stack status, such as CREATE_IN_PROGRESS. */
  status: string
  /** Since the start of the whole deployment. */
  seconds: number
  reason?: string
}

/** The version of CDK's bootstrap resources that the lab claims to have, and what CDK assumes of it. Source: the CDK guide, "AWS CDK bootstrapping". */
const BOOTSTRAP_VERSION = '30'
const BOOTSTRAP_ROLES = ['cfn-exec', 'deploy', 'file-publishing', 'image-publishing', 'lookup']

/** Throws an Error naming the stack, the first resource that failed in it, and the reason. Later stacks are then not created. */
export async function provision(lab: Lab, assemblyFolder: string, onProgress: (line: Progress) => void): Promise<void> {
  const startedAt = performance.now()
  const assembly = await readAssembly(assemblyFolder)
  const stacks = new Map(assembly.stacks.map((stack) => [stack.id, stack]))
  await Promise.all([publish(lab, assembly.files), recordBootstrap(lab, assembly.stacks)])

  const graph = new Map(assembly.stacks.map(({id, dependencies}) => [id, new Set(dependencies)]))
  const {failed} = await walk(graph, async (id) => {
    const stack = stacks.get(id)!
    const tell = (status: string, reason?: string): void =>
      onProgress({
        stack: stack.name,
        region: stack.region,
        status,
        seconds: (performance.now() - startedAt) / 1000,
        reason,
      })
    tell('CREATE_IN_PROGRESS')
    try {
      await create(lab, stack)
    } catch (error) {
      tell('CREATE_FAILED', error instanceof Error ? error.message : String(error))
      throw error
    }
    tell('CREATE_COMPLETE')
  })
  const [first] = failed.values()
  if (first !== undefined) throw first
}

async function create(lab: Lab, {name, region, tags, template, terminationProtection}: AssemblyStack): Promise<void> {
  const input = {
    StackName: name,
    TemplateURL: `https://${template.bucket}.s3.${region}.amazonaws.com/${template.key}`,
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    OnFailure: 'DO_NOTHING',
    EnableTerminationProtection: terminationProtection,
    Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value})),
  }
  const {StackId} = await lab.call('cloudformation', 'CreateStack', input, region)
  const stack = await lab.service('cloudformation').settled(StackId, region)
  if (stack.status !== 'CREATE_COMPLETE') throw new Error(failureOf(stack))
}

/** The stack's first failed event, in words. */
function failureOf(stack: SettledStack): string {
  const event = stack.events.find(({ResourceStatus}) => ResourceStatus.endsWith('_FAILED'))
  if (event === undefined)
    return `The stack ${stack.name} ended as ${stack.status}: ${stack.reason ?? 'no reason given'}`
  const {LogicalResourceId, ResourceType, ResourceStatusReason} = event
  return `The stack ${stack.name} failed at ${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason ?? 'no reason given'}`
}

async function publish(lab: Lab, files: AssemblyFile[]): Promise<void> {
  const buckets = new Map(
    files.flatMap(({destinations}) => destinations.map(({bucket, region}) => [bucket, region] as const)),
  )
  await Promise.all([...buckets].map(([bucket, region]) => createBucket(lab, bucket, region)))
  const contents = new Map<string, Promise<Uint8Array>>()
  await Promise.all(
    files.map(async (file) => {
      const content = contents.get(file.path) ?? contentOf(file)
      contents.set(file.path, content)
      const Body = await content
      const puts = file.destinations.map(({bucket, key, region}) =>
        lab.call('s3', 'PutObject', {Bucket: bucket, Key: key, Body}, region),
      )
      await Promise.all(puts)
    }),
  )
}

async function createBucket(lab: Lab, Bucket: string, region: string): Promise<void> {
  const where = region === 'us-east-1' ? {} : {CreateBucketConfiguration: {LocationConstraint: region}}
  try {
    await lab.call('s3', 'CreateBucket', {Bucket, ...where}, region)
  } catch (error) {
    if ((error as {code?: string}).code !== 'BucketAlreadyOwnedByYou') throw error
  }
}

async function recordBootstrap(lab: Lab, stacks: AssemblyStack[]): Promise<void> {
  const places = new Map(stacks.map(({region, versionParameter: name}) => [`${region} ${name}`, {region, name}]))
  await Promise.all(
    [...places.values()].map(({region, name}) =>
      lab.call('ssm', 'PutParameter', {Name: name, Type: 'String', Value: BOOTSTRAP_VERSION, Overwrite: true}, region),
    ),
  )
  for (const {region, name} of places.values()) {
    // They are named after the qualifier of the bootstrap, which its parameter holds.
    const [, qualifier] = /^\/cdk-bootstrap\/([^/]+)\//.exec(name) ?? []
    for (const role of qualifier === undefined ? [] : BOOTSTRAP_ROLES)
      lab.service('iam').addRole(`cdk-${qualifier}-${role}-role-${ACCOUNT}-${region}`)
  }
}
