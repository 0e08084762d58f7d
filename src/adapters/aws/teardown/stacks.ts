/** CloudFormation for a teardown: the stacks that are ours, what they hold, who reads them, and their end. */

import type {Stack, StackResourceSummary} from '@aws-sdk/client-cloudformation'
import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import {OWNER_TAG} from '../../../model/estate.js'
import type {EstateStack} from '../../../model/estate.js'
import {isFault} from '../errors.js'
import {templateOf} from '../stacks.js'
import type {Caller} from './caller.js'

const TOOLKIT_STACK = 'CDKToolkit'

/** CDK's bootstrap stack makes roles of this name, with which the other stacks are deployed. */
const TOOLKIT_ROLE = /:role\/cdk-[a-z0-9]+-cfn-exec-role-/

/** A distribution takes a quarter of an hour to go, the network interfaces of functions up to forty minutes. */
const STACK_MS = 90 * 60_000
/** Until CloudFormation shows that it has taken up a deletion. */
const TAKEN_UP_MS = 5000

/** A resource of a standing stack. */
export interface Holding {
  stack: string
  type: string
  physicalId: string
  retained: boolean
}

export interface StacksOfRegion {
  stacks: EstateStack[]
  holdings: Holding[]
  /** Names of foreign stacks that are deployed with the bootstrap roles. */
  toolkitUsers: string[]
  /** For every stack, where its readers are: filled in by `linkConsumers` when all regions are known. */
  links: StackLinks[]
}

interface StackLinks {
  id: string
  name: string
  region: Region
  exported: string[]
  imports: string[]
  /** `region name` of stacks in other regions to which its export writers write. */
  writesTo: string[]
}

interface FullTemplate {
  Resources?: Record<string, {Type: string; Properties?: Record<string, unknown>; DeletionPolicy?: string}>
}

export async function stacksOf(
  caller: Caller,
  region: Region,
  wanted: {app: string; toolkit: boolean},
): Promise<StacksOfRegion> {
  const all = await allStacks(caller, region)
  const isToolkit = ({StackName}: Stack): boolean => wanted.toolkit && StackName === TOOLKIT_STACK
  const ours = all.filter((stack) => isOwned(stack, wanted.app) || isToolkit(stack))
  const users = all.filter((one) => !ours.includes(one) && TOOLKIT_ROLE.test(one.RoleARN ?? ''))
  const found = await Promise.all(
    ours.map(async (stack) => {
      const [resources, template] = await Promise.all([
        resourcesOf(caller, region, stack.StackId!),
        templateIn(caller, region, stack.StackId!),
      ])
      return {
        stack: toStack(stack, region, isToolkit(stack)),
        holdings: held(stack, resources, template),
        links: linksOf(stack, region, template),
      }
    }),
  )
  return {
    stacks: found.map(({stack}) => stack),
    holdings: found.flatMap(({holdings}) => holdings),
    toolkitUsers: wanted.toolkit ? users.map(({StackName}) => StackName!) : [],
    links: found.map(({links}) => links),
  }
}

/** Names of every application whose tag a stack of the region carries. */
export async function appsOf(caller: Caller, region: Region): Promise<string[]> {
  const all = await allStacks(caller, region)
  return all.flatMap(({Tags = []}) => Tags.flatMap(({Key, Value}) => (Key === OWNER_TAG && Value ? [Value] : [])))
}

/** Who reads whom: by exports within a region, and across regions by CDK's export writers. */
export function linkConsumers(stacks: EstateStack[], links: StackLinks[]): void {
  for (const stack of stacks) {
    const own = links.find(({id}) => id === stack.id)!
    const writesTo = new Set(own.writesTo)
    stack.consumers = links
      .filter(
        (reader) =>
          writesTo.has(`${reader.region} ${reader.name}`) ||
          (reader.region === own.region && reader.imports.some((name) => own.exported.includes(name))),
      )
      .map(({id}) => id)
      .filter((id) => id !== stack.id)
  }
}

/**
 * Waits for what is under way, deletes, and waits for the end. What cannot be deleted twice is left by the third try, as a
 * stack allows in no other status; looked for by tag, it is then deleted by its own API. A stack is found by its ARN, which
 * stays readable after its end.
 */
export async function deleteStack(
  caller: Caller,
  {arn, region}: {arn: string; region: Region},
  note: (text: string) => void,
): Promise<void> {
  let last = (await cancelledCreation(caller, region, arn, note)) ?? (await settled(caller, region, arn))
  for (let attempt = 1; attempt <= 3 && last; attempt++) {
    const stuck = attempt === 3 && last.StackStatus === 'DELETE_FAILED' ? await failedIn(caller, region, arn) : []
    if (stuck.length > 0) note(`leaves ${stuck.join(', ')}, which cannot be deleted with it`)
    await caller.must('cloudformation', region, 'DeleteStack', {
      StackName: arn,
      ...(stuck.length > 0 && {RetainResources: stuck}),
    })
    last = await settled(caller, region, arn, last.StackStatus)
    if (last && attempt < 3) note(`${last.StackStatus}: ${last.StackStatusReason ?? 'no reason given'}; again`)
  }

  if (last)
    throw new DrError({
      code: 'StackStuck',
      exit: 'failed',
      what: `the stack ${last.StackName} in ${region} could not be deleted: ${last.StackStatus}`,
      why: last.StackStatusReason,
      next: 'read its events, fix the cause, and run todo-dr teardown again',
    })
}

const CERTIFICATE = 'AWS::CertificateManager::Certificate'

/** What holds up a stack: the certificates that wait for their validation, where nothing else is under way in it. Pure. */
export function waitingCertificates(resources: readonly StackResourceSummary[]): StackResourceSummary[] {
  const underWay = resources.filter(({ResourceStatus}) => ResourceStatus?.endsWith('_IN_PROGRESS'))
  return underWay.every(({ResourceType}) => ResourceType === CERTIFICATE) ? underWay : []
}

/**
 * The stack, where its creation waits for nothing but the validation of certificates, which may be days away (CloudFormation template
 * reference, AWS::CertificateManager::Certificate: "the stack will remain in the CREATE_IN_PROGRESS state"; ACM API reference,
 * CertificateDetail: 72 hours). It can be deleted at once. Assumed: that DeleteStack cancels a creation. No page of AWS says it. Where it does
 * not, the deletion is asked for again when the creation has ended. An update is left to whoever made it: they are told how to end it.
 */
async function cancelledCreation(
  caller: Caller,
  region: Region,
  arn: string,
  note: (text: string) => void,
): Promise<Stack | undefined> {
  const stack = await stackById(caller, region, arn)
  const status = stack?.StackStatus
  if (status !== 'CREATE_IN_PROGRESS' && status !== 'UPDATE_IN_PROGRESS') return undefined
  const waiting = waitingCertificates(await resourcesOf(caller, region, arn))
  if (waiting.length === 0) return undefined
  const names = waiting.map(({LogicalResourceId, ResourceStatusReason: why}) =>
    why ? `${LogicalResourceId} (${why})` : LogicalResourceId,
  )
  const holds = `${status}: waits for the validation of the certificate ${names.join(' and ')}`
  const cancel = `aws cloudformation cancel-update-stack --stack-name ${stack!.StackName} --region ${region}`
  note(
    status === 'CREATE_IN_PROGRESS'
      ? `${holds}; nobody needs it any more, so the stack is deleted without waiting`
      : `${holds}; make its DNS record, or end the update: ${cancel}`,
  )
  return status === 'CREATE_IN_PROGRESS' ? stack : undefined
}

/** The stack when nothing is under way in it; undefined where it is gone. `before`: its status when a deletion was asked for. */
async function settled(caller: Caller, region: Region, arn: string, before?: string): Promise<Stack | undefined> {
  const began = caller.clock.now()
  let found: Stack | undefined
  await caller.until(`the stack ${arn} settles`, STACK_MS, async () => {
    found = await stackById(caller, region, arn)
    const status = found?.StackStatus ?? 'DELETE_COMPLETE'
    if (status === 'DELETE_COMPLETE') return true
    if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS') return false
    return status !== before || caller.clock.now() - began > TAKEN_UP_MS
  })
  return found?.StackStatus === 'DELETE_COMPLETE' ? undefined : found
}

async function stackById(caller: Caller, region: Region, arn: string): Promise<Stack | undefined> {
  try {
    const answer = await caller.must('cloudformation', region, 'DescribeStacks', {StackName: arn})
    return answer.Stacks?.[0]
  } catch (error) {
    if (isNoStack(error)) return undefined
    throw error
  }
}

const isNoStack = (error: unknown): boolean =>
  isFault(error, 'ValidationError') && /does not exist/.test((error as DrError).why ?? '')

async function failedIn(caller: Caller, region: Region, arn: string): Promise<string[]> {
  const resources = await resourcesOf(caller, region, arn)
  return resources
    .filter(({ResourceStatus}) => ResourceStatus === 'DELETE_FAILED')
    .map(({LogicalResourceId}) => LogicalResourceId!)
}

export async function liftTerminationProtection(
  caller: Caller,
  {arn, region}: {arn: string; region: Region},
): Promise<void> {
  const input = {StackName: arn, EnableTerminationProtection: false}
  await caller.must('cloudformation', region, 'UpdateTerminationProtection', input)
}

async function allStacks(caller: Caller, region: Region): Promise<Stack[]> {
  const all: Stack[] = []
  let token: string | undefined
  do {
    const input = {NextToken: token}
    const page = await caller.must('cloudformation', region, 'DescribeStacks', input)
    all.push(...(page.Stacks ?? []))
    token = page.NextToken
  } while (token !== undefined)
  return all.filter(({StackStatus}) => StackStatus !== 'DELETE_COMPLETE')
}

/** Of a deleted stack too, by its ARN; empty where there is none. */
export async function resourcesOf(caller: Caller, region: Region, arn: string): Promise<StackResourceSummary[]> {
  const all: StackResourceSummary[] = []
  let token: string | undefined
  try {
    do {
      const input = {StackName: arn, NextToken: token}
      const page = await caller.must('cloudformation', region, 'ListStackResources', input)
      all.push(...(page.StackResourceSummaries ?? []))
      token = page.NextToken
    } while (token !== undefined)
  } catch (error) {
    if (!isNoStack(error)) throw error
  }

  return all
}

/** Empty for a stack in review, which has none yet. */
async function templateIn(caller: Caller, region: Region, arn: string): Promise<FullTemplate> {
  const input = {StackName: arn, TemplateStage: 'Original' as const}
  const answer = await caller.call('cloudformation', region, 'GetTemplate', input, ['ValidationError'])
  return answer?.TemplateBody ? (templateOf(answer.TemplateBody) as FullTemplate) : {}
}

const isOwned = ({Tags = []}: Stack, app: string): boolean =>
  Tags.some(({Key, Value}) => Key === OWNER_TAG && Value === app)

const toStack = (stack: Stack, region: Region, toolkit: boolean): EstateStack => ({
  id: stack.StackId!,
  name: stack.StackName!,
  region,
  status: stack.StackStatus!,
  owned: true,
  toolkit,
  protected: stack.EnableTerminationProtection === true,
  consumers: [],
})

function held(stack: Stack, resources: StackResourceSummary[], {Resources = {}}: FullTemplate): Holding[] {
  return resources
    .filter(({ResourceStatus = ''}) => !['DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(ResourceStatus))
    .flatMap(({LogicalResourceId = '', PhysicalResourceId: physicalId, ResourceType: type = ''}) => {
      const policy = Resources[LogicalResourceId]?.DeletionPolicy
      const retained = policy === 'Retain' || policy === 'RetainExceptOnCreate'
      return physicalId ? [{stack: stack.StackId!, type, physicalId, retained}] : []
    })
}

function linksOf(stack: Stack, region: Region, template: FullTemplate): StackLinks {
  const writers = Object.values(template.Resources ?? {}).filter(({Type}) => Type === 'Custom::CrossRegionExportWriter')
  return {
    id: stack.StackId!,
    name: stack.StackName!,
    region,
    exported: (stack.Outputs ?? []).flatMap(({ExportName}) => ExportName ?? []),
    imports: importsIn(template),
    writesTo: writers.flatMap(({Properties}) => {
      const {region: to, exports: written = {}} = (Properties?.WriterProps ?? {}) as {region?: string; exports?: object}
      // `/cdk/exports/<consumer>/<name>`: CDK's own convention (aws-cdk-lib, export-reader-provider).
      return Object.keys(written).map((key) => `${to} ${key.split('/')[3]}`)
    }),
  }
}

/** Names that `Fn::ImportValue` reads, where they are plain text, as CDK writes them. */
function importsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Fn::ImportValue' && typeof inner === 'string' ? [inner] : importsIn(inner),
  )
}
