import type {Profile} from './kernel.js'

const FAIR = {throttleRate: 0, errorRate: 0, slowRate: 0, slowMs: 0, lostRate: 0}

/** No delays: the logic is under test, not the patience. */
export const INSTANT: Profile = {
  name: 'instant',
  promotionMs: 0,
  makingMs: {cluster: 0, instance: 0, proxy: 0},
  keyValueStoreMs: 0,
  distributionMs: 0,
  rejoinMs: 0,
  hiddenMs: 0,
  staleMs: 0,
  proxyMs: 0,
  spreadMs: 0,
  coldMs: 0,
  dnsMs: 0,
  dnsChangeMs: 0,
  healthPace: 1 / 100,
  weather: FAIR,
  upgradeMs: 0,
}

/**
 * Published orders of magnitude, about one sixtieth of them where they are minutes, so that a demonstration shows which
 * part of a recovery is long without lasting as long. The lab promises nothing about AWS's timings.
 *
 * - making: no figure is published; an Aurora instance and a proxy are said to take "several minutes", so 1, 6 and 3 of them are assumed
 * - promotion: "within a few minutes" (Aurora user guide, disaster recovery of a global database)
 * - KeyValueStore: "a few seconds" (third-party measurements; the order of magnitude is kept unscaled)
 * - distribution: deployed in minutes (CloudFront developer guide)
 * - upgrade: no figure is published but the "20 to 30 seconds of downtime" within it (Aurora user guide, Aurora MySQL engine updates)
 * - DNS changes: "within 60 seconds" (Route 53 developer guide, "How Amazon Route 53 propagates changes"); health checks every 10 or 30
 *   seconds ("How Amazon Route 53 determines whether a health check is healthy"), here a tenth
 * - rejoin: rebuilding the old primary takes "a few minutes to several hours" (Aurora user guide)
 */
const PACED: Profile = {
  ...INSTANT,
  name: 'paced',
  makingMs: {cluster: 1000, instance: 6000, proxy: 3000},
  promotionMs: 5000,
  keyValueStoreMs: 2000,
  distributionMs: 10_000,
  rejoinMs: 5000,
  upgradeMs: 5000,
  dnsChangeMs: 1000,
  healthPace: 1 / 10,
}

/**
 * What AWS is allowed to do to a program that acts on it. Where nothing is published the value is assumed: long enough that a program
 * which relies on the opposite is found out, and short enough that a drill ends within two minutes.
 *
 * - status: what AWS shows may lag behind ("eventual consistency" in the RDS and EC2 API references, without a figure): 12 s here, for
 *   an assumed half minute
 * - hidden: a switch that was accepted is not shown at first; with the above, this one may never be seen before it is done
 * - proxy: it queues requests "until the new writer is ready" (Aurora user guide, RDS Proxy with global databases), without a figure
 * - spread: a KeyValueStore write reaches edge locations within "a few seconds", and not all at once (CloudFront developer guide)
 * - cold: a start of a function may take seconds (Lambda developer guide, "Understanding the Lambda execution environment lifecycle")
 * - names: answers are kept for the time to live of the record; that of Aurora's endpoints is 5 s (Aurora user guide, "Amazon Aurora
 *   connection management")
 * - DNS changes: 5 s for the minute that AWS takes; health checks in a fifth of their intervals
 * - weather: one read of seven takes 5 s; of one change in ten the answer is lost
 */
const HOSTILE: Profile = {
  name: 'hostile',
  makingMs: INSTANT.makingMs,
  promotionMs: 8000,
  keyValueStoreMs: 500,
  distributionMs: 10_000,
  rejoinMs: 5000,
  upgradeMs: 8000,
  hiddenMs: 8000,
  staleMs: 12_000,
  proxyMs: 3000,
  spreadMs: 4000,
  coldMs: 2000,
  dnsMs: 5000,
  dnsChangeMs: 5000,
  healthPace: 1 / 5,
  weather: {...FAIR, slowRate: 1 / 7, slowMs: 5000, lostRate: 0.1},
}

export const PROFILES: Record<Profile['name'], Profile> = {instant: INSTANT, paced: PACED, hostile: HOSTILE}
