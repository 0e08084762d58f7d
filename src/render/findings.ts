/** Findings as lines: the level first, and the remedy beneath. Pure. */

import {placeOf} from '../model/finding.js'
import type {Finding} from '../model/finding.js'
import {hanging} from '../report/wrapped.js'

const LEVEL = 'warning'.length
/** What a finding needs behind its name; with less than that it stands below. */
const LEAST_TEXT = 36

/** `width`: columns of the terminal. A finding that costs points tells them behind its text. */
export function findingLines(findings: readonly (Finding & {points?: number})[], width = Infinity): string[] {
  const widest = Math.max(...findings.map((one) => placeOf(one).length))
  const below = width - LEVEL - widest - 4 < LEAST_TEXT
  const indent = ' '.repeat(below ? LEVEL + 2 : LEVEL + widest + 4)
  return findings.flatMap((one) => {
    const {level, remedy, points = 0} = one
    const text = points > 0 ? `${one.text} (-${points})` : one.text
    const head = `${level.padEnd(LEVEL)}  ${placeOf(one)}`
    const told = below ? [head, ...hanging(indent, text, width)] : hanging(head.padEnd(indent.length), text, width)
    // A remedy may be a command, which can be pasted only if no line break is put into it.
    return [...told, ...(remedy === null ? [] : [`${indent}-> ${remedy}`])]
  })
}
