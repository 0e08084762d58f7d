/**
 * Who is home, who stands beside whom, what to promote to. The only file that counts regions: the others ask it, and a third
 * region will be an answer here.
 */

import {DrError} from '../errors.js'
import type {Deployment, Region, RegionDeployment} from './deployment.js'

/** Whatever lists regions, home first: a deployment, an observation, a place. */
export type Ordered = {order: readonly Region[]} | {regions: readonly {region: Region}[]}

/** How many regions a command can act on. */
const ACTED_ON = 2

/** CloudFront's stack stands here, whatever the regions of the application. */
const EDGE_REGION = 'us-east-1'

/** Home first. */
export const regionNames = (of: Ordered): Region[] =>
  'order' in of ? [...of.order] : of.regions.map(({region}) => region)

/** What the configuration prefers as primary. */
export const homeOf = (of: Ordered): Region => regionNames(of)[0]!

/** What to promote while `region` is the primary, and who may serve what it does not: the first of the others in their order. */
export const otherRegion = (of: Ordered, region: Region): Region => regionNames(of).find((one) => one !== region)!

/** What the configuration calls a region. */
export const preferenceOf = (of: Ordered, region: Region): 'home' | 'away' => (region === homeOf(of) ? 'home' : 'away')

/** The regions of settings, of a target or of a lab, in their order. */
export const homeFirst = ({home, away}: {home: Region; away: Region}): [home: Region, away: Region] => [home, away]

/** All regions in which something of an application stands, each once. */
export const withEdge = (regions: readonly Region[]): Region[] => [...new Set([...regions, EDGE_REGION])]

/** A region that was typed as its name, `home` or `away`. Throws `RegionUnknown` (exit usage) for one that is none of the deployment's. */
export function regionNamed(deployment: Deployment, given: string): Region {
  const home = homeOf(deployment)
  return regionOf(deployment, given === 'home' ? home : given === 'away' ? otherRegion(deployment, home) : given).region
}

/** Throws `RegionUnknown` (exit usage) for a region that is none of the deployment's. */
export function regionOf(deployment: Deployment, region: Region): RegionDeployment {
  const found = deployment.regions.find((one) => one.region === region)
  if (found) return found
  throw regionUnknown(region, deployment)
}

/** `eu-west-1 (home) and eu-central-1 (away)`. */
export const regionsInWords = (of: Ordered): string =>
  regionNames(of)
    .map((region) => `${region} (${preferenceOf(of, region)})`)
    .join(' and ')

/** Throws `RegionsNotTwo` (exit usage): a map may list any number of regions, but plans know a primary and one standby. */
export function twoRegionsOnly(deployment: Deployment): void {
  const names = regionNames(deployment)
  if (names.length === ACTED_ON) return
  const more = names.slice(ACTED_ON)
  throw new DrError({
    code: 'RegionsNotTwo',
    exit: 'usage',
    what:
      more.length > 0
        ? `${deployment.app} has more than two regions: ${more.join(', ')}`
        : `${deployment.app} has only one region: ${names.join(', ')}`,
    why: `this version of todo-dr acts on ${ACTED_ON} regions; the map of the deployment lists ${names.length}`,
    next: 'deploy the directory stacks with two regions',
  })
}

const regionUnknown = (region: string, deployment: Deployment): DrError =>
  new DrError({
    code: 'RegionUnknown',
    exit: 'usage',
    what: `${deployment.app} is not deployed in ${region}`,
    why: `its regions are ${regionsInWords(deployment)}`,
    next: `name one of them`,
  })

/** Twelve digits, as the ARN of every cluster has them. */
export const accountOf = (deployment: Deployment): string =>
  regionOf(deployment, homeOf(deployment)).clusterArn.split(':').at(4) ?? ''
