/** The web ACL in front of a region's API: what it lets in, and what it keeps out. */

import type {Rule} from '@aws-sdk/client-wafv2'
import type {Item, Setting} from '../../../ports/settings.js'
import type {Asked} from './asked.js'
import {hash} from './hash.js'
import {setting, settingsOf} from './values.js'

/** `arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>`. None where the stage has none. */
export async function webAclItems({clients, region, options}: Asked, arn: string | undefined): Promise<Item[]> {
  if (arn === undefined) return []
  const [Name, Id] = arn.split('/').slice(-2)
  const {WebACL} = await clients.call('wafv2', region, 'GetWebACL', {Name, Id, Scope: 'REGIONAL'}, options)
  if (!WebACL) return []
  const rules = (WebACL.Rules ?? []).map((rule) => [`rule ${rule.Name}`, ruleSettings(rule)])
  return [
    {
      kind: 'web ACL',
      name: '',
      settings: {
        ...settingsOf({
          'default action': WebACL.DefaultAction,
          'token domains': WebACL.TokenDomains,
          'answers of its own': WebACL.CustomResponseBodies,
        }),
        ...(Object.fromEntries(rules) as Item['settings']),
      },
    },
  ]
}

const ruleSettings = ({Priority, Action, OverrideAction, Statement}: Rule): Setting =>
  setting({Priority, Action, OverrideAction, Statement: withoutValues(Statement)})

/** What a rule looks for may be a key, as that of the edge's lock is. */
function withoutValues(value: unknown): unknown {
  if (value instanceof Uint8Array) return hash(value)
  if (Array.isArray(value)) return value.map((one) => withoutValues(one))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === 'RegexString' ? hash(String(one)) : withoutValues(one)]),
  )
}
