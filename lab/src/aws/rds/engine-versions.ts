import type {DescribeDBEngineVersionsMessage, DBEngineVersion, UpgradeTarget} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {FAMILY} from './groups.js'

export const ENGINE = 'aurora-mysql'
const DEFAULT_VERSION = '8.0.mysql_aurora.3.10.3'
/**
 * Listed without being asked for, and what a cluster can be upgraded to, in order. Any version of this line is taken where a
 * cluster is made. That there are 3.10.5 and 3.10.6 is assumed: without later patches than the template's nobody could rehearse an upgrade.
 */
const LISTED = ['3.04.4', '3.08.2', '3.10.3', '3.10.4', '3.10.5', '3.10.6', '3.11.0'].map(
  (one) => `8.0.mysql_aurora.${one}`,
)
const KNOWN_LINE = /^8\.0\.mysql_aurora\.3\.(\d{2})\.(\d+)$/

/** The full version for what a caller wrote: nothing, `8.0`, or a version of Aurora MySQL 3. */
export function engineVersion(engine: string | undefined, version: string | undefined): string {
  if (engine !== ENGINE)
    throw fault('InvalidParameterValue', `Invalid DB engine: ${engine}. The lab supports ${ENGINE} only.`)
  if (!version || version === '8.0') return DEFAULT_VERSION
  if (KNOWN_LINE.test(version)) return version
  throw unknownVersion(version)
}

/** A version that RDS lists, in full: nothing else can be upgraded to. */
export function listedVersion(version: string): string {
  const full = version === '8.0' ? DEFAULT_VERSION : version
  if (LISTED.includes(full)) return full
  throw unknownVersion(version)
}

const unknownVersion = (version: string): Error =>
  fault('InvalidParameterCombination', `Cannot find version ${version} for ${ENGINE}`)

/** Both of the line that is known: below zero where the first is the older one. */
export const compareVersions = (one: string, other: string): number =>
  numbersOf(one)[0] - numbersOf(other)[0] || numbersOf(one)[1] - numbersOf(other)[1]

/** The minor version of Aurora MySQL 3, such as 10: each has a community MySQL of its own. */
export const minorOf = (version: string): number => numbersOf(version)[0]

const numbersOf = (version: string): [minor: number, patch: number] => {
  const [, minor, patch] = KNOWN_LINE.exec(version)!
  return [Number(minor), Number(patch)]
}

export const engineVersionOperations: Record<string, Operation> = {
  DescribeDBEngineVersions({Engine, EngineVersion, DefaultOnly}: DescribeDBEngineVersionsMessage) {
    if (Engine && Engine !== ENGINE) return {DBEngineVersions: []}
    const listed = DefaultOnly ? [DEFAULT_VERSION] : LISTED
    const asked =
      EngineVersion && KNOWN_LINE.test(EngineVersion)
        ? [EngineVersion]
        : listed.filter((one) => !EngineVersion || one.startsWith(EngineVersion))
    return {DBEngineVersions: asked.map((version) => shown(version))}
  },
}

const shown = (version: string): DBEngineVersion => ({
  Engine: ENGINE,
  MajorEngineVersion: '8.0',
  EngineVersion: version,
  DBParameterGroupFamily: FAMILY,
  DBEngineDescription: 'Aurora MySQL',
  DBEngineVersionDescription: described(version),
  SupportedEngineModes: ['provisioned'],
  SupportsGlobalDatabases: true,
  Status: 'available',
  ValidUpgradeTarget: LISTED.filter((later) => compareVersions(version, later) < 0).map((later) => target(later)),
})

const target = (version: string): UpgradeTarget => ({
  Engine: ENGINE,
  EngineVersion: version,
  Description: described(version),
  AutoUpgrade: false,
  IsMajorVersionUpgrade: false,
  SupportedEngineModes: ['provisioned'],
  SupportsGlobalDatabases: true,
})

const described = (version: string): string =>
  `Aurora MySQL ${version.replace('8.0.mysql_aurora.', '')} (compatible with MySQL 8.0)`
