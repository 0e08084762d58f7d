/** The file of --baseline: known differences, each with a reason and the day until which it is accepted. YAML or JSON. */

import {z} from 'zod'
import {parseSettings} from './parse.js'
import type {Form} from './invalid.js'
import {invalidIn} from './invalid.js'
import {readSettings} from './read.js'

const acceptance = z.strictObject({
  kind: z.enum(['template', 'regions', 'schema', 'rows']),
  subject: z.string().min(1).meta({description: 'As drift prints it; a * at its end stands for any rest'}),
  class: z.string().optional(),
  region: z.string().optional(),
  key: z.record(z.string(), z.unknown()).optional().meta({description: 'Of rows alone: column and value'}),
  reason: z.string().min(1),
  expires: z.iso
    .date({error: 'must be a day such as 2027-03-31'})
    .meta({description: 'The last day on which it counts, in UTC'}),
})

export const baselineSchema = z
  .strictObject({accepted: z.array(acceptance)})
  .meta({title: 'The file of drift --baseline'})

export interface Acceptance extends z.infer<typeof acceptance> {
  /** Where it stands in the file, from 1. */
  line: number
}

export interface Baseline {
  accepted: Acceptance[]
}

export const NO_BASELINE: Baseline = {accepted: []}

const FORM: Form = {code: 'BaselineInvalid', why: 'a baseline file must match schemas/drift-baseline.schema.json'}

/** Throws `BaselineInvalid` (exit usage) for a file that is missing, cannot be read, or breaks the schema, with line and key. */
export async function loadBaseline(file: string): Promise<Baseline> {
  let text: string | undefined
  try {
    text = await readSettings(file)
  } catch (error) {
    throw invalidIn(file, [{message: (error as Error).message}], FORM)
  }

  if (text === undefined) throw invalidIn(file, [{message: 'there is no such file'}], FORM)
  return parseBaseline(file, text)
}

export function parseBaseline(file: string, text: string): Baseline {
  const {value, lineOf} = parseSettings(file, text, baselineSchema, FORM)
  return {accepted: value.accepted.map((entry, index) => ({...entry, line: lineOf(['accepted', index])}))}
}
