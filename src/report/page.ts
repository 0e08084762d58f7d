/** A page that is one file and needs nothing else: no script, no font, no network. It prints well, and fits a narrow screen. */

import {markup} from './markup.js'
import type {Markup} from './markup.js'

const STYLE = markup`
:root { --ink: #1b1f24; --paper: #fff; --quiet: #667; --line: #ccd; --home: #2f6db5; --away: #5aa469; --fail: #c0392b; --unsure: #d9a441; --band-a: #8891; --band-b: #8893; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16181c; --quiet: #9aa; --line: #445; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.stamp { border: 2px solid var(--fail); color: var(--fail); display: inline-block; padding: .1rem .6rem; font-weight: 700; margin: .5rem 0; }
.quiet { color: var(--quiet); } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; } td.number { font-variant-numeric: tabular-nums; } code { font-size: .85em; }
.missed { color: var(--fail); font-weight: 700; } .met { color: var(--away); font-weight: 700; } .unknown { color: var(--unsure); font-weight: 700; }
.budget { width: 14rem; max-width: 25vw; height: .8rem; background: var(--band-b); } .budget i { display: block; height: 100%; background: var(--away); } .budget i.over { background: var(--fail); }
svg { width: 100%; height: auto; } .home { fill: var(--home); } .away { fill: var(--away); } .fail { fill: var(--fail); } .unsure { fill: var(--unsure); }
.band-0 { fill: var(--band-a); } .band-1 { fill: var(--band-b); } .band-name, .tick { font: 11px system-ui, sans-serif; fill: var(--quiet); } .axis { stroke: var(--quiet); }
.key span { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 1rem; vertical-align: -1px; }
@media (max-width: 600px) { body { margin: 1rem auto; } th, td { padding-right: .4rem; } .budget { display: none; } }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } svg, table { break-inside: avoid; } }
`

/** The whole document. */
export const page = (title: string, body: Markup): string =>
  markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`.text

/** Rows of cells below their heads. */
export const table = (heads: readonly string[], rows: readonly (readonly (Markup | string)[])[]): Markup =>
  markup`<table><tr>${heads.map((head) => markup`<th>${head}</th>`)}</tr>
${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</table>`
