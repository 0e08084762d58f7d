/** What stands, by region, for a person who is about to delete it. */

import type {Estate, EstateResource} from '../model/estate.js'

/**
 * What holds data is named, and so is what no stack takes along. The many small parts of stacks are not; of some of them the
 * tag alone does not tell which stack they are in, so that they are named only where no stack stands.
 */
export function inventoryLines({app, regions, stacks, resources}: Estate): string[] {
  const parts = regions.map((region) => {
    const ownStacks = stacks.filter((one) => one.owned && one.region === region)
    const here = resources.filter((one) => one.owned && one.region === region && !one.replica)
    const isNamed = ({kind, stack, retained}: EstateResource): boolean => {
      if (kind === 'other') return ownStacks.length === 0
      if (kind === 'log-group') return stack === undefined || retained === true
      return kind !== 'db-instance' || stack === undefined
    }

    const guardOf = (guarded: boolean): string => (guarded ? ', protected' : '')
    return {
      region,
      lines: [
        ...ownStacks.map(({name, status, protected: guarded}) => `  stack ${name} (${status}${guardOf(guarded)})`),
        ...here.filter((one) => isNamed(one)).map((one) => `  ${textOf(one)}`),
      ],
    }
  })
  const filled = parts.filter(({lines}) => lines.length > 0)
  return [`to be deleted for ${app || 'CDK'}:`, ...filled.flatMap(({region, lines}) => [region, ...lines])]
}

function textOf({kind, id, arn, protected: guarded, retained, stack}: EstateResource): string {
  const marks = [
    guarded ? 'protected' : undefined,
    stack === undefined ? 'not in a stack' : retained ? 'kept by its stack' : undefined,
  ].filter(Boolean)
  const name = kind === 'other' ? arn : `${kind} ${id}`
  return marks.length > 0 ? `${name} (${marks.join(', ')})` : name
}
