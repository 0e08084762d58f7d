/**
 * `npm run check`: cdk-nag and CloudFormation's offline validation over every variant of the template. `--page FILE` writes
 * down what is acknowledged, and why. The last line counts; the exit status is 1 where anything is left to do.
 */

import {writeFileSync} from 'node:fs'
import {parseArgs} from 'node:util'
import type {App} from 'aws-cdk-lib'
import {acknowledgedPage} from '../check/page.js'
import {examine} from '../check/examine.js'
import {variants} from '../check/variants.js'
import {buildApp} from '../lib/app.js'

const {values} = parseArgs({options: {page: {type: 'string'}}})
const {unsuppressed, suppressed, errors, warnings, idle, resources} = examine(
  ...variants().map((config) => (app: App) => buildApp(app, config)),
)

const print = (line: string): boolean => process.stdout.write(`${line}\n`)
for (const [title, list] of Object.entries({'cdk-nag': unsuppressed, error: errors, warning: warnings}))
  for (const {rule, path, description} of list) print(`${title} ${rule} at ${path}: ${description}`)
for (const one of idle) print(`idle acknowledgement: ${one}`)
if (values.page) writeFileSync(values.page, acknowledgedPage(suppressed))
print(
  `cdk-nag ${unsuppressed.length} unsuppressed, validation ${errors.length} errors, ${resources.length} resources, ${suppressed.length} suppressed`,
)
process.exitCode = unsuppressed.length + errors.length + idle.length > 0 ? 1 : 0
