/** The toolkit's difference of a stack as plain data. */

import type {IoMessage, StackDiff} from '@aws-cdk/toolkit-lib'
import type {StackDifference} from '../../ports/deployer.js'

type Change = StackDifference['changes'][number]

/** What the toolkit makes of a change, by its own words. */
const ACTIONS: Record<string, Change['action']> = {
  WILL_CREATE: 'add',
  WILL_IMPORT: 'add',
  WILL_DESTROY: 'remove',
  WILL_ORPHAN: 'remove',
  WILL_REPLACE: 'replace',
  MAY_REPLACE: 'replace',
}

/** Of the message `CDK_TOOLKIT_I4002`; undefined for any other, and for a stack without a difference. `regionOf`: as of `translate`. */
export function differenceOf(
  message: IoMessage<unknown>,
  regionOf: (wanted: string) => string,
): StackDifference | undefined {
  if (message.code !== 'CDK_TOOLKIT_I4002') return undefined
  const {stack, diffs, numStacksWithChanges, formattedDiff} = message.data as StackDiff
  if (numStacksWithChanges === 0) return undefined
  const changes = Object.values(diffs).flatMap(({resources}): Change[] =>
    Object.entries(resources?.changes ?? {}).map(([logicalId, change]) => ({
      logicalId,
      type: change.resourceType ?? '',
      action: ACTIONS[change.changeImpact] ?? 'update',
      properties: Object.keys(change.propertyUpdates),
    })),
  )
  return {stack: stack.stackName, region: regionOf(stack.environment.region), changes, text: formattedDiff.diff.trim()}
}
