/** The schema of each --json result by the name of its file: what every `src/actions/<verb>/result.ts` exports as SCHEMAS. */

import {existsSync, readdirSync} from 'node:fs'
import type {ZodType} from 'zod'
import {error} from '../src/actions/shapes.js'

const actions = new URL('../src/actions/', import.meta.url)

export async function resultSchemas(): Promise<Record<string, ZodType>> {
  const found: Record<string, ZodType> = {
    error: error.meta({title: 'What every command prints under --json when it fails'}),
  }
  for (const verb of readdirSync(actions).sort()) {
    const file = new URL(`${verb}/result.ts`, actions)
    if (!existsSync(file)) continue
    const {SCHEMAS} = (await import(file.href)) as {SCHEMAS: Record<string, ZodType>}
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      if (name in found) throw new Error(`two results want the file ${name}.schema.json; one is in actions/${verb}`)
      found[name] = schema
    }
  }

  return found
}
