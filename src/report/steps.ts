/** The steps that a run took and the gates that were waived, for both kinds of report. */

import {duration} from './format.js'
import {table as markdownTable} from './markdown-table.js'
import {markup} from './markup.js'
import type {Markup} from './markup.js'
import {table} from './page.js'
import type {RunStory} from './story.js'

const STEPS = ['step', 'end', 'time', '']
const WAIVERS = ['waived', 'reason']

const stepRows = ({steps}: RunStory): string[][] =>
  steps.map(({title, end, seconds, text = ''}) => [title, end, seconds === null ? '' : duration(seconds), text])

const waiverRows = ({waivers}: RunStory): string[][] => waivers.map(({name, reason}) => [name, reason])

export const stepsHtml = (story: RunStory): Markup =>
  markup`<h2>Steps</h2>${table(STEPS, stepRows(story))}
${story.waivers.length > 0 ? markup`<h2>Waivers</h2>${table(WAIVERS, waiverRows(story))}` : undefined}`

/** Ends with an empty line. */
export const stepsMarkdown = (story: RunStory): string[] => [
  ...markdownTable([STEPS, ...stepRows(story)]),
  '',
  ...(story.waivers.length > 0 ? [...markdownTable([WAIVERS, ...waiverRows(story)]), ''] : []),
]
