/** Findings as lines: the level first, and the remedy beneath. Pure. */

import type {Finding} from '../actions/doctor/result.js'

export function doctorLines(findings: readonly Finding[]): string[] {
  const names = findings.map(({check, region}) => (region === null ? check : `${check}, ${region}`))
  const width = Math.max(...names.map((name) => name.length))
  return findings.flatMap(({level, text, remedy}, index) => [
    `${level.padEnd('warning'.length)}  ${names[index]!.padEnd(width)}  ${text}`,
    ...(remedy === null ? [] : [`${' '.repeat('warning'.length + width + 4)}-> ${remedy}`]),
  ])
}
