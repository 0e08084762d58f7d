/** The verb: every kind that makes sense for what is there, side by side, held against the baseline. Changes nothing. */

import type {Acceptance, Baseline} from '../../config/baseline.js'
import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import type {Observation} from '../../model/observation.js'
import type {Clusters, FoundCluster} from '../../ports/clusters.js'
import type {Side} from '../../ports/tables.js'
import {observePatiently} from '../../probes/observe.js'
import {clusterBeside} from './against.js'
import {accepts, hasExpired} from './baseline.js'
import type {FindInput, Kind} from './kind.js'
import {KINDS} from './kinds.js'
import type {Difference, Doubt, DriftKind, DriftResult} from './result.js'

export interface DriftInput extends Omit<FindInput, 'against' | 'doubt' | 'observation'> {
  lab: boolean
  against?: Against
  /** Those that were named; empty: all that make sense for what is there. */
  only: readonly DriftKind[]
  baseline: Baseline
  /** Epoch milliseconds. */
  now: number
  kinds?: readonly Kind[]
}

/** A cluster beside the global database, by its name. */
export interface Against {
  cluster: string
  clusters: Clusters
  side(found: FoundCluster): Side
}

/** What one kind came to. */
interface Outcome {
  differences: Difference[]
  unknown: Doubt[]
  skipped?: string
}

/**
 * `exit`: missed where something differs that the baseline does not accept, otherwise unknown where something could not be
 * compared. Unknown too where it was interrupted: what was found is kept, and is not all. Throws where there is no such cluster as
 * `against` names.
 */
export async function runDrift(input: DriftInput): Promise<{result: DriftResult; exit: ExitName}> {
  const {kinds = KINDS, baseline, now, only, signal} = input
  const observation = await observePatiently(input.world, {signal})
  const against = input.against && (await sideOf(input.against, observation, signal))
  const asked = kinds.filter(({kind}) => only.length === 0 || only.includes(kind))
  const outcomes = await Promise.all(
    asked.map(async (kind): Promise<Outcome> => {
      const reason = only.length === 0 ? kind.appliesTo(observation, input) : undefined
      return reason === undefined
        ? look(kind, {...input, observation, against})
        : {differences: [], unknown: [], skipped: reason}
    }),
  )
  const live = baseline.accepted.filter((entry) => !hasExpired(entry, now))
  const found = outcomes.flatMap(({differences}) => differences)
  const isExpected = (difference: Difference): boolean => difference.class.startsWith('expected ')
  const drifted = found.filter((difference) => !isExpected(difference))
  const isAccepted = (difference: Difference): boolean => live.some((entry) => accepts(entry, difference))
  const differences = drifted.filter((difference) => !isAccepted(difference))
  const unknown = outcomes.flatMap((outcome) => outcome.unknown)
  const result: DriftResult = {
    schemaVersion: 1,
    clean: differences.length === 0 && unknown.length === 0,
    differences,
    expected: found.filter((difference) => isExpected(difference)),
    accepted: drifted.filter((difference) => isAccepted(difference)),
    expired: baseline.accepted.filter((entry) => hasExpired(entry, now)).map((entry) => expiredEntry(entry)),
    unknown,
    skipped: asked.flatMap(({kind}, index) => {
      const {skipped} = outcomes[index]!
      return skipped === undefined ? [] : [{kind, reason: skipped}]
    }),
  }
  const incomplete = signal.aborted || (unknown.length > 0 && differences.length === 0)
  return {result, exit: incomplete ? 'unknown' : differences.length > 0 ? 'missed' : 'done'}
}

const sideOf = async (
  {cluster, clusters, side}: Against,
  observation: Observation,
  signal: AbortSignal,
): Promise<Side> => side(await clusterBeside(cluster, observation, clusters, signal))

/** A kind that fails is unknown, and the others go on. */
async function look(kind: Kind, input: Omit<FindInput, 'doubt'>): Promise<Outcome> {
  const outcome: Outcome = {differences: [], unknown: []}
  const doubt = (about: Omit<Doubt, 'kind'>): void => void outcome.unknown.push({kind: kind.kind, ...about})
  try {
    for await (const difference of kind.find({...input, doubt})) outcome.differences.push(difference)
  } catch (error) {
    if (input.signal.aborted) doubt({region: null, subject: null, reason: 'it was interrupted', next: null})
    else if (error instanceof DrError)
      doubt({region: null, subject: null, reason: reasonOf(error), next: error.next ?? null})
    else throw error
  }

  return outcome
}

const reasonOf = ({message, why}: DrError): string => [message, why].filter(Boolean).join(': ')

const expiredEntry = ({line, kind, subject, reason, expires}: Acceptance): DriftResult['expired'][number] => ({
  line,
  kind,
  subject,
  reason,
  expires,
})
