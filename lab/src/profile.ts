import type {Profile} from './kernel.js'

/** No delays: the logic is under test, not the patience. */
const INSTANT: Profile = {name: 'instant', promotionMs: 0, keyValueStoreMs: 0, distributionMs: 0, rejoinMs: 0}

/**
 * Published orders of magnitude, about one sixtieth of them where they are minutes, so that a demonstration shows which
 * part of a recovery is long without lasting as long. The lab promises nothing about AWS's timings.
 *
 * - promotion: "within a few minutes" (Aurora user guide, disaster recovery of a global database)
 * - KeyValueStore: "a few seconds" (third-party measurements; the order of magnitude is kept unscaled)
 * - distribution: deployed in minutes (CloudFront developer guide)
 * - rejoin: rebuilding the old primary takes "a few minutes to several hours" (Aurora user guide)
 */
const PACED: Profile = {name: 'paced', promotionMs: 5000, keyValueStoreMs: 2000, distributionMs: 10_000, rejoinMs: 5000}

export const PROFILES: Record<Profile['name'], Profile> = {instant: INSTANT, paced: PACED}
