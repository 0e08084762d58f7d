/** Writes what is generated from the sources: docs/exit-codes.md, docs/lab-resources.md, schemas/*.json. `npm run check` diffs them. */

import {mkdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {z} from 'zod'
import {configSchema} from '../src/config/schema.js'
import {EXIT} from '../src/errors.js'
import {resourcesPage} from '../lab/src/aws/page.js'
import {renew} from './renew.mjs'
import {resultSchemas} from './schemas.js'

const root = new URL('../', import.meta.url)

function write(path: string, text: string): void {
  const file = fileURLToPath(new URL(path, root))
  mkdirSync(fileURLToPath(new URL('.', new URL(path, root))), {recursive: true})
  renew(file, text)
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

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

write('docs/exit-codes.md', exitCodes())
write('docs/lab-resources.md', resourcesPage())
// `input`: a key with a default may be left out of the file.
write('schemas/todo-dr.schema.json', json(z.toJSONSchema(configSchema, {io: 'input'})))
for (const [name, schema] of Object.entries(await resultSchemas())) {
  // Readers must take members that a later version adds: `input` leaves objects open.
  write(`schemas/${name}.schema.json`, json(z.toJSONSchema(schema, {io: 'input'})))
}
