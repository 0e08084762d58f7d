/** The request timeline as SVG: a bar a second, reads or writes, with the phases of the switch as bands behind them. */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {DrillResult} from '../measure/result.js'
import {duration} from './format.js'
import {markup} from './markup.js'
import type {Markup} from './markup.js'
import {okCount, secondsOf} from './timeline.js'
import type {Second} from './timeline.js'

const WIDTH = 920
const HEIGHT = 150
const LEFT = 44
const TOP = 22
const BOTTOM = 24
const PLOT = {width: WIDTH - LEFT - 8, height: HEIGHT - TOP - BOTTOM}

interface Scale {
  x(ms: number): number
  height(count: number): number
  bar: number
  first: number
  most: number
}

/** Times on the axis are seconds from the outage, or from the start of the record where nobody knows when it began. */
export function requestChart(result: DrillResult, entries: readonly LedgerEntry[], kind: ProbeKind): Markup {
  const seconds = secondsOf(entries, kind)
  if (seconds.length === 0) return markup`<p>No ${kind}s were sent.</p>`
  const scale = scaleOf(seconds)
  const zero = result.times.outageAt === null ? scale.first : Date.parse(result.times.outageAt)
  const {before} = result.topology
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${kind}s per second">
${phaseBands(result, scale)}
${seconds.map((second) => column(second, scale, {home: before.primary, zero}))}
${axis(scale, seconds.length, zero)}
</svg>`
}

function scaleOf(seconds: readonly Second[]): Scale {
  const first = seconds[0]!.at
  const most = Math.max(1, ...seconds.map((second) => okCount(second) + second.fail + second.unsure))
  const bar = PLOT.width / seconds.length
  return {
    first,
    most,
    bar,
    x: (ms) => LEFT + ((ms - first) / 1000) * bar,
    height: (count) => (count / most) * PLOT.height,
  }
}

/** One stacked bar; hovering it tells the numbers. */
function column(second: Second, scale: Scale, {home, zero}: {home: string; zero: number}): Markup {
  const parts = [
    ...Object.entries(second.ok).map(([region, count]) => ({
      style: region === home ? 'home' : 'away',
      count,
      name: `served by ${region}`,
    })),
    {style: 'fail', count: second.fail, name: 'failed'},
    {style: 'unsure', count: second.unsure, name: 'unsure'},
  ].filter(({count}) => count > 0)
  const gap = Math.min(1, scale.bar * 0.15)
  let base = TOP + PLOT.height
  const bars = parts.map(({style, count}) => {
    const height = scale.height(count)
    base -= height
    return markup`<rect class="${style}" x="${(scale.x(second.at) + gap / 2).toFixed(2)}" y="${base.toFixed(2)}" width="${(scale.bar - gap).toFixed(2)}" height="${height.toFixed(2)}"/>`
  })
  const says = parts.map(({count, name}) => `${count} ${name}`).join(', ') || 'no probe'
  return markup`<g><title>${Math.floor((second.at - zero) / 1000)} s: ${says}</title>${bars}</g>
`
}

/** The phases, one after the other from the outage (or from the command). */
function phaseBands({phases, times}: DrillResult, scale: Scale): Markup[] {
  let at = Date.parse(times.outageAt ?? times.commandAt)
  return phases.map(({id, seconds}, index) => {
    const x = scale.x(at)
    const width = (seconds * 1000 * scale.bar) / 1000
    at += seconds * 1000
    const label =
      width > id.length * 7 ? markup`<text class="band-name" x="${(x + 3).toFixed(2)}" y="14">${id}</text>` : undefined
    return markup`<g><title>${id}: ${duration(seconds)}</title><rect class="band band-${index % 2}" x="${x.toFixed(2)}" y="${TOP - 18}" width="${width.toFixed(2)}" height="${PLOT.height + 18}"/>${label}</g>
`
  })
}

function axis(scale: Scale, count: number, zero: number): Markup {
  const every = [1, 2, 5, 10, 30, 60, 300].find((step) => count / step <= 12) ?? 600
  const from = Math.ceil((scale.first - zero) / 1000 / every) * every
  const last = (scale.first - zero) / 1000 + count
  const ticks: number[] = []
  for (let tick = from; tick <= last; tick += every) ticks.push(tick)
  const bottom = TOP + PLOT.height
  return markup`<line class="axis" x1="${LEFT}" y1="${bottom}" x2="${WIDTH - 8}" y2="${bottom}"/>
<text class="tick" x="${LEFT - 6}" y="${TOP + 8}" text-anchor="end">${scale.most}/s</text>
${ticks.map((tick) => markup`<text class="tick" x="${scale.x(zero + tick * 1000).toFixed(2)}" y="${bottom + 16}" text-anchor="middle">${tick === 0 ? '0 s' : tick}</text>`)}`
}
