/** What EventBridge calls functions for by itself. */

import type {Region} from '../../../model/deployment.js'
import {ok, problem, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import {regionOf} from '../../../model/regions.js'
import type {ScheduleVitals} from '../../../ports/vitals.js'
import {inEach, seen} from '../check.js'
import type {Check} from '../check.js'
import type {Look} from '../look.js'

/** An authorizer that is not called keeps old keys: a token of a lost region that a newer key has signed is refused (docs/adr/0021). */
export const schedules: Check = {
  id: 'schedules',
  area: 'path',
  asks: 'Is the rule on that has the token authorizer fetch the keys of both user pools, and the one that keeps functions warm, if any?',
  points: 12,
  judge: (look) =>
    inEach(look, (region) => seen(look.regions[region]!.schedules, (found) => judged(look, region, found))),
}

function judged({deployment}: Look, region: Region, found: readonly ScheduleVitals[]): Judgement {
  const {authorizer} = regionOf(deployment, region).functions
  const fetching = found.filter(({functions}) => authorizer !== undefined && functions.includes(authorizer))
  const enable = ({name}: ScheduleVitals): string => `aws events enable-rule --region ${region} --name ${name}`
  if (authorizer !== undefined && fetching.length === 0)
    return problem(`no rule has ${authorizer} fetch the public keys of the user pools`, 'todo-dr drift --template')
  const off = found.find(({on}) => !on)
  const [first] = fetching
  if (first && !fetching.some(({on}) => on))
    return problem(
      `${first.name} is disabled: ${authorizer} does not fetch the public keys of the user pools any more`,
      enable(first),
    )
  if (off) return warning(`${off.name} is disabled, which calls ${off.functions.join(', ')}`, enable(off))
  return ok(
    found.length === 0 ? 'there are none' : `${found.length === 1 ? 'the rule is' : `${found.length} rules are`} on`,
  )
}
