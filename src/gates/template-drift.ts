/** The gate of deployments that looks at what is there: asked before any change set is executed. */

import type {Region} from '../model/deployment.js'
import type {Refusal, Waiver, WaiverName} from '../model/gate.js'

/** What of the database somebody has changed or deleted outside the template, and a deployment would replace, detach or upgrade. */
export interface DestructiveDrift {
  region: Region
  stack: string
  /** Of the resource in the template. */
  logicalId: string
  type: string
  /** Undefined where the resource is gone. */
  property?: {path: string; expected: string; actual: string}
}

const WAIVER: WaiverName = 'allow-database-change'

/**
 * Refuses a deployment of a stack whose database is no longer what its template says: CloudFormation compares templates with each
 * other and not with what is there. So the update that it plans for a cluster that was detached or upgraded by hand may replace the
 * cluster by an empty one, or set back what the data now needs; and its change set does not show that.
 */
export function checkTemplateDrift(
  drifts: DestructiveDrift[],
  {app, waivers}: {app: string; waivers: Waiver[]},
): {refusals: Refusal[]; waived: Refusal[]} {
  const refusals = drifts.map((drift): Refusal => ({
    gate: 'template-drift',
    reason: reasonOf(drift),
    hint: `${remedyOf(drift)}; or, if it is intended: --${WAIVER} --confirm ${app}`,
    waiver: WAIVER,
  }))
  return waivers.some(({name}) => name === WAIVER) ? {refusals: [], waived: refusals} : {refusals, waived: []}
}

/** An upgraded version is what the template must say from then on. */
const remedyOf = ({property}: DestructiveDrift): string =>
  property?.path === '/EngineVersion'
    ? `set "engineVersion": "${property.actual}" in config.json of the template, or EngineVersion in one of your own (todo-dr drift --template)`
    : 'bring the template to what is there (todo-dr drift --template)'

function reasonOf({region, stack, logicalId, type, property}: DestructiveDrift): string {
  const resource = `${stack} (${region}): ${logicalId} (${type})`
  if (!property) return `${resource}: it is gone, and the deployed template has it`
  const {path, expected, actual} = property
  return `${resource}: ${path.slice(1)} is ${said(actual)}, and the deployed template says ${said(expected)}: a deployment may replace, detach or upgrade it`
}

const said = (value: string): string => (value === 'null' ? 'not set' : `"${value}"`)
