/** What a resource that differs from its template means. Pure. */

import type {PropertyDrift, ResourceDrift, StackName} from '../../../ports/stack-drift.js'
import {masked} from '../mask.js'
import type {ThingDifference} from '../result.js'
import {putBackCommand} from './put-back.js'

const CLUSTER = 'AWS::RDS::DBCluster'
const GLOBAL = 'AWS::RDS::GlobalCluster'

/** What a switch changes, and puts back or never needs again. */
const ROLE_SWAP: Record<string, RegExp> = {
  [CLUSTER]: /^\/(ReplicationSourceIdentifier|SourceRegion)\b/,
  [GLOBAL]: /^\/SourceDBClusterIdentifier\b/,
}

/**
 * What of a member the next update would replace, detach or upgrade (CloudFormation, "Update requires: Replacement"). Not its
 * zones: Aurora's storage is in three of them, whatever the template says.
 */
const DESTRUCTIVE: Record<string, RegExp> = {
  [CLUSTER]:
    /^\/(DBClusterIdentifier|DBSubnetGroupName|DatabaseName|Engine|EngineMode|EngineVersion|GlobalClusterIdentifier|KmsKeyId|StorageEncrypted)\b/,
  [GLOBAL]: /^\/(Engine|EngineVersion|GlobalClusterIdentifier|StorageEncrypted)\b/,
  'AWS::RDS::DBInstance': /^\/(DBClusterIdentifier|DBInstanceIdentifier|Engine|EngineVersion)\b/,
}

/** Whether a type of resource holds data, or is what holds it together. */
export const holdsData = (type: string): boolean => type in DESTRUCTIVE

export const isDestructive = ({type}: ResourceDrift, {path}: PropertyDrift): boolean =>
  DESTRUCTIVE[type]?.test(path) ?? false

const changeBack = (command?: string): string =>
  `change it back${command === undefined ? ' by hand' : `: ${command}`}. Or write it into the template, and then: todo-dr deploy`

const TEXTS = {
  'expected role swap': {text: 'a switch changes it; deploying leaves it as it is', next: null},
  configuration: {
    text: 'it was changed outside the template, and a deployment of the same template does not change it back',
    next: changeBack(),
  },
  destructive: {
    text: 'a deployment would replace, detach or upgrade what holds the data',
    next: 'bring the template to what is there, and look at the change set: todo-dr deploy --dry-run. Until then deploy refuses',
  },
}

/** One difference a property; one for a resource that is gone. `isRaised`: a switch has raised the minimum capacity of the region. */
export function judge({region, name}: StackName, resource: ResourceDrift, isRaised: boolean): ThingDifference[] {
  const subject = `${name}/${resource.logicalId} (${resource.type})`
  const of = (
    type: keyof typeof TEXTS,
    more: Pick<ThingDifference, 'actual' | 'expected' | 'subject'>,
  ): ThingDifference => ({
    kind: 'template',
    class: type,
    region,
    ...more,
    ...TEXTS[type],
  })
  if (resource.deleted)
    return [
      of(holdsData(resource.type) ? 'destructive' : 'configuration', {subject, expected: 'present', actual: null}),
    ]
  return resource.properties.map((property) => {
    const type = isRaised && CAPACITY.test(property.path) ? 'expected role swap' : classOf(resource, property)
    const found = of(type, {subject: `${subject}${property.path}`, ...shown(property)})
    return type === 'configuration' ? {...found, next: changeBack(putBackCommand(region, resource, property))} : found
  })
}

const CAPACITY = /^\/ServerlessV2ScalingConfiguration\/(MinCapacity|SecondsUntilAutoPause)$/
/** A fence. Any other reservation was made by somebody. */
const isFence = ({path, actual}: PropertyDrift): boolean => path === '/ReservedConcurrentExecutions' && actual === '0'
/** By which todo-dr remembers what it has changed for a while. */
const OWN_TAG = /"todo-dr-(capacity|fence|outage)"/

function classOf(resource: ResourceDrift, property: PropertyDrift): keyof typeof TEXTS {
  const {type} = resource
  const {path, actual} = property
  if (ROLE_SWAP[type]?.test(path) || isFence(property) || (path.startsWith('/Tags/') && OWN_TAG.test(actual)))
    return 'expected role swap'
  return isDestructive(resource, property) ? 'destructive' : 'configuration'
}

/** The environment may hold passwords, and a whole property may hold the environment. */
function shown({path, expected, actual}: PropertyDrift): {expected: string; actual: string} {
  return /Environment|Variables|Password|Secret/.test(path)
    ? {expected: masked(expected), actual: masked(actual)}
    : {expected, actual}
}
