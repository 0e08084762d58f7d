/**
 * Writes what is generated from the sources: docs/exit-codes.md, docs/health.md, docs/lab-resources.md,
 * the table in docs/drift.md, schemas/*.json (formatted as all such files are). `npm run check` diffs them.
 */

import {mkdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {format, resolveConfig} from 'prettier'
import {z} from 'zod'
import {baselineSchema} from '../src/config/baseline.js'
import {driftPage} from './drift-page.js'
import {healthPage} from './health-page.js'
import {configSchema} from '../src/config/schema.js'
import {EXIT} from '../src/errors.js'
import {resourcesPage} from '../lab/src/aws/page.js'
import {renew} from './renew.mjs'
import {resultSchemas} from './schemas.js'

const root = new URL('../', import.meta.url)

const writing: Promise<void>[] = []

function write(path: string, text: string): void {
  const file = fileURLToPath(new URL(path, root))
  mkdirSync(fileURLToPath(new URL('.', new URL(path, root))), {recursive: true})
  writing.push(formatted(file, text).then((nice) => renew(file, nice)))
}

const formatted = async (filepath: string, text: string): Promise<string> =>
  filepath.endsWith('.json') ? format(text, {...(await resolveConfig(filepath)), filepath}) : text

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

/** Formatted as all files are. */
const page = async (text: string): Promise<string> =>
  format(text, {...(await resolveConfig('page.md')), parser: 'markdown'})

function exitCodes(): string {
  const rows = Object.values(EXIT).map(({status, meaning}) => `| ${status} | ${meaning} |`)
  return [
    '# Exit codes',
    '',
    'Generated from `src/errors.ts`.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

write('docs/exit-codes.md', await page(exitCodes()))
write('docs/drift.md', await page(driftPage(readFileSync(new URL('docs/drift.md', root), 'utf8'))))
write('docs/health.md', await page(healthPage()))
write('docs/lab-resources.md', await page(resourcesPage()))
// `input`: a key with a default may be left out of the file.
write('schemas/todo-dr.schema.json', json(z.toJSONSchema(configSchema, {io: 'input'})))
write('schemas/drift-baseline.schema.json', json(z.toJSONSchema(baselineSchema, {io: 'input'})))
for (const [name, schema] of Object.entries(await resultSchemas())) {
  // Readers must take members that a later version adds: `input` leaves objects open.
  write(`schemas/${name}.schema.json`, json(z.toJSONSchema(schema, {io: 'input'})))
}

await Promise.all(writing)
