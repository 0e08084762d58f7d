/**
 * What a plant is: one kind of ill health or of drift, made on a lab as it comes about on AWS, and all that must be said of it. The
 * matrix of docs/health.md is made of these, and test/system/matrix.test.ts plants them.
 */

import type {Difference, DriftKind} from '../../src/actions/drift/result.js'
import type {HealthFinding} from '../../src/actions/health/score.js'
import type {Level} from '../../src/model/finding.js'
import type {Ground} from './ground.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'
export type Place = typeof AWAY | typeof HOME | null

/** Puts back what was there before. */
export type Undo = () => Promise<unknown>

/** What `health` must say. */
export interface IllHealth {
  check: string
  region: Place
  level: Exclude<Level, 'ok'>
  /** A part of the text, word for word. */
  says: string
  /** The whole remedy, word for word, as the page shows it; `*` stands for any letters. */
  next: string
}

/** What `drift` must say. */
export interface Drift {
  kind: DriftKind
  class: string
  region: Place
  /** `*` stands for any letters: CloudFormation's ids have a hash in them. */
  subject: string
  says: string
  /** The whole of it; `*` stands for any letters. */
  next: string
  /** Of a row: the value of its column `id`, where its table has one. */
  id?: number
}

export interface Plant {
  /** What is wrong, in a few words. Unique. */
  name: string
  /** The calls or statements that make it, as the page shows them. */
  by: string
  make(ground: Ground): Promise<Undo>
  health?: readonly IllHealth[]
  drift?: readonly Drift[]
  /** What `health` may say beside: what comes of it, sooner or later. */
  maybe?: readonly IllHealth[]
  /** And what `drift` may say of the same thing, setting by setting. */
  also?: readonly Drift[]
}

/** What is planted at once: nothing of it hides anything else of it. */
export interface Bed {
  title: string
  plants: readonly Plant[]
  /** A region does not answer while they stand: what cannot be known then is said beside. */
  silent?: true
}

const pattern = (subject: string): RegExp =>
  new RegExp(
    `^${subject
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  )

export const isSaidBy = (wanted: IllHealth, found: HealthFinding): boolean =>
  wanted.check === found.check &&
  wanted.region === found.region &&
  wanted.level === found.level &&
  found.text.includes(wanted.says) &&
  found.remedy !== null &&
  pattern(wanted.next).test(found.remedy)

export const isToldBy = (wanted: Drift, found: Difference): boolean =>
  wanted.kind === found.kind &&
  wanted.class === found.class &&
  wanted.region === found.region &&
  pattern(wanted.subject).test(found.subject) &&
  (wanted.id === undefined || (found.kind === 'rows' && found.key.id === wanted.id)) &&
  found.text.includes(wanted.says) &&
  found.next !== null &&
  pattern(wanted.next).test(found.next)

export const shownHealth = ({level, check, region, text, remedy}: HealthFinding): string =>
  `${level} ${check} ${region}: ${text}\n    -> ${remedy}`

export const shownDrift = (found: Difference): string =>
  `${found.kind} ${found.class} ${found.region} ${found.subject}${found.kind === 'rows' ? ` ${JSON.stringify(found.key)}` : ''}: ${found.text}\n    -> ${found.next}`
