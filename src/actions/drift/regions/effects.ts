/** What a difference between the regions means for a switch, and what to do about it. Pure. */

import type {Region} from '../../../model/deployment.js'
import type {Item} from '../../../ports/settings.js'
import type {ThingDifference} from '../result.js'

const EFFECTS: Record<Item['kind'], string> = {
  function: 'requests are handled in another way after a switch',
  'log group': 'the log of a region is kept for another time, or not at all',
  database: 'the database behaves, scales or is protected in another way after a switch',
  'instance parameters': 'an instance behaves in another way after a switch',
  'database parameters': 'statements behave in another way after a switch',
  proxy: 'connections that work in one region may be refused in the other',
  'proxy endpoint': 'a function reaches the database in one region alone',
  secret: 'whoever logs in with it is refused in one of the regions',
  schedule:
    'what a region does by itself, such as to fetch the public keys of both user pools, it does at other times or not at all',
  alarm: 'trouble in one region rings later than in the other, or not at all',
  API: 'requests that one region takes may be refused or throttled by the other',
  authorizer: 'tokens that one region takes are refused by the other',
  method: 'requests that one region takes are refused by the other',
  'token client': 'clients get no token, or another one, after a switch',
  'resource server': 'tokens lack a scope after a switch',
  'web ACL': 'requests that one region lets in may be kept out by the other',
  quota: 'what the account may have or do in one region is refused or throttled in the other',
}

/** What somebody has changed by hand, no deployment of the same template changes back (docs/drift.md). */
const ALIKE =
  'first type todo-dr drift --template (it names what was changed by hand, and how to change it back). For what it does not name, type todo-dr deploy'
const SECRET =
  'put the right value into the secret of the region that it is replicated from: aws secretsmanager put-secret-value'

/** Of what no template makes. */
const BY_HAND: Record<string, string> = {
  secret: SECRET,
  quota: 'have the lower value raised: aws service-quotas request-service-quota-increase',
}

/** A value that is set where there is no secret would make one of its own, which replication then refuses to overwrite. */
const copyOf = ({name, from, to}: Lacking): string =>
  `copy it from ${from}: aws secretsmanager replicate-secret-to-regions --region ${from} --secret-id ${name} --add-replica-regions Region=${to}`

const ON_PURPOSE: Record<string, {text: string; next: string | null}> = {
  'expected fence': {text: 'the functions that write are closed, as a failover closes the old primary', next: null},
  'expected outage': {text: 'a rehearsal outage has closed the function', next: 'todo-dr outage stop'},
  'expected capacity': {text: 'a switch has raised the minimum capacity, and the failback puts it back', next: null},
}

/** What one region has and the other lacks as a whole. */
export interface Lacking {
  /** As the region that has it calls it. */
  name: string
  from: Region
  to: Region
}

export function effectOf(
  kind: Item['kind'],
  {class: type, subject}: Pick<ThingDifference, 'class' | 'subject'>,
  lacking?: Lacking,
): {text: string; next: string | null} {
  const onPurpose = ON_PURPOSE[type]
  if (onPurpose) return onPurpose
  if (lacking && kind === 'secret') return {text: EFFECTS.secret!, next: copyOf(lacking)}
  const tag = / ?tag [^.]*$/.test(subject)
  return {
    text: tag ? 'whoever looks for the tag overlooks it in one region' : EFFECTS[kind]!,
    next: (tag ? undefined : BY_HAND[kind]) ?? ALIKE,
  }
}
