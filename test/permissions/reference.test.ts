import {expect} from 'chai'
import facts from '../../lab/src/govern/service-authorization.json' with {type: 'json'}
import {wildcard} from '../../lab/src/govern/policy.js'
import {actionsOfLab} from '../../lab/test/support/actions.js'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import type {Grant} from '../../src/model/permission.js'
import {CALLS} from '../../src/permissions/table.js'

const PLACE = {account: '123456789012', app: 'Demo', order: ['eu-west-1', 'eu-central-1'], route: grantsOfKind()}

interface Asked {
  none?: boolean
  required?: string[]
}

const ASKED = facts.actions as Record<string, Asked>
const TYPES = facts.types as Record<string, string>

/** Whether a pattern of a policy is about a kind of resource: what is fixed in both is the same. */
const isAbout = (pattern: string, type: string): boolean => {
  const kind = TYPES[type]!.replace(':R:', ':eu-west-1:').replace(':A:', `:${PLACE.account}:`).replaceAll('~', '*')
  const here = pattern.replace(/^(arn:aws:\w+):\*:/, '$1:eu-west-1:')
  return pattern === '*' || wildcard(kind, false).test(here) || wildcard(here, false).test(kind)
}

const resourcesOf = (grants: readonly Grant[]): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const {actions, resources} of grants)
    for (const action of actions) found.set(action, [...(found.get(action) ?? []), ...resources(PLACE)])
  return found
}

describe('the Service Authorization Reference', () => {
  it('aws 08: has every action of the table that the lab asks for, and its facts are dated', async () => {
    expect(facts.asOf).to.match(/^\d{4}-\d\d-\d\d$/)
    expect(facts.source).to.match(/Service Authorization Reference/)
    const asked = await actionsOfLab()
    expect(asked).to.include.members(['rds:DeregisterDBProxyTargets', 's3:ListMultipartUploadParts'])
    const granted = new Set(
      Object.values<readonly Grant[]>({...CALLS, ...grantsOfKind()}).flatMap((grants) =>
        grants.flatMap(({actions}) => actions),
      ),
    )
    const missing = asked.filter((action) => granted.has(action) && ASKED[action] === undefined)
    expect(missing, 'renew them: scripts/service-authorization.ts').to.deep.equal([])
    expect(asked, 'facts of actions that the lab asks for no longer').to.include.members(Object.keys(ASKED))
  })

  it('aws 08: asks for nothing that a call of the table is not granted', () => {
    const missing: string[] = []
    for (const [call, grants] of Object.entries<readonly Grant[]>({...CALLS, ...grantsOfKind()}))
      for (const [action, resources] of resourcesOf(grants)) {
        const asked = ASKED[action] ?? {}
        if (asked.none && !resources.includes('*')) missing.push(`${call}: ${action} on *`)
        for (const type of asked.required ?? []) {
          const kind = `${action.split(':')[0]}:${type}`
          if (!resources.some((pattern) => isAbout(pattern, kind))) missing.push(`${call}: ${action} on a ${kind}`)
        }
      }

    expect(missing).to.deep.equal([])
  })
})
