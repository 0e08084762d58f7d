/** Aurora MySQL's versions, as RDS writes them: `8.0.mysql_aurora.3.10.4` is MySQL 8.0, Aurora MySQL 3, minor 10, patch 4. */

interface Parts {
  /** `8.0.mysql_aurora.3`: what only a major upgrade changes. */
  major: string
  minor: number
  patch: number
}

/** What RDS says that a cluster can be upgraded to (`ValidUpgradeTarget` of DescribeDBEngineVersions). */
export interface UpgradeTarget {
  version: string
  isMajor: boolean
}

/** Undefined for what is no version of Aurora MySQL in this form. */
export function versionParts(version: string): Parts | undefined {
  const [, major, minor, patch] = /^(\d+\.\d+\.mysql_aurora\.\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  return major === undefined ? undefined : {major, minor: Number(minor), patch: Number(patch)}
}

/** `3.10.5` in full, as far as the version that runs tells how it is written there; anything else as it is. */
export function inFull(version: string, running: string | undefined): string {
  const prefix = /^\d+\.\d+\.mysql_aurora\./.exec(running ?? '')?.[0]
  return prefix !== undefined && /^\d+\.\d+\.\d+$/.test(version) ? prefix + version : version
}

/** How far a version is from the one that runs. `unknown`: one of them is in no known form. */
export type Distance = 'same' | 'patch' | 'minor' | 'major' | 'downgrade' | 'unknown'

export function distanceOf(running: string, wanted: string): Distance {
  if (running === wanted) return 'same'
  const [now, then] = [versionParts(running), versionParts(wanted)]
  if (!now || !then) return 'unknown'
  if (now.major !== then.major) return majorOf(then) < majorOf(now) ? 'downgrade' : 'major'
  if (now.minor !== then.minor) return then.minor < now.minor ? 'downgrade' : 'minor'
  return then.patch < now.patch ? 'downgrade' : 'patch'
}

/** Of MySQL, then of Aurora MySQL, as one number. */
function majorOf({major}: Parts): number {
  const [mysql, feature, aurora] = major.split(/\.mysql_aurora\.|\./).map(Number)
  return (mysql! * 1000 + feature!) * 1000 + aurora!
}
