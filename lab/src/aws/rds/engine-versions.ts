import type {DescribeDBEngineVersionsMessage, DBEngineVersion} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {FAMILY} from './groups.js'

export const ENGINE = 'aurora-mysql'
const DEFAULT_VERSION = '8.0.mysql_aurora.3.10.3'
/** Listed without being asked for; any version of this line is taken. */
const LISTED = ['8.0.mysql_aurora.3.04.4', '8.0.mysql_aurora.3.08.2', DEFAULT_VERSION, '8.0.mysql_aurora.3.10.4']
const KNOWN_LINE = /^8\.0\.mysql_aurora\.3\.\d{2}\.\d+$/

/** The full version for what a caller wrote: nothing, `8.0`, or a version of Aurora MySQL 3. */
export function engineVersion(engine: string | undefined, version: string | undefined): string {
  if (engine !== ENGINE)
    throw fault('InvalidParameterValue', `Invalid DB engine: ${engine}. The lab supports ${ENGINE} only.`)
  if (!version || version === '8.0') return DEFAULT_VERSION
  if (KNOWN_LINE.test(version)) return version
  throw fault('InvalidParameterCombination', `Cannot find version ${version} for ${ENGINE}`)
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
  DBEngineVersionDescription: `Aurora MySQL ${version.replace('8.0.mysql_aurora.', '')} (compatible with MySQL 8.0)`,
  SupportedEngineModes: ['provisioned'],
  SupportsGlobalDatabases: true,
  Status: 'available',
})
