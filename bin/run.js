#!/usr/bin/env node
import {readFileSync} from 'node:fs'

if (process.argv.length === 3 && process.argv[2] === '--version') {
  // Without loading anything: this much is asked for by scripts, often.
  const {name, version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  // The SDK would print a warning about Node 20 between our lines.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  // Costs a part of every start; a stack trace is shown with DEBUG only.
  if (process.env.DEBUG) process.setSourceMapsEnabled(true)
  const {flush, handle, run} = await import('../dist/oclif.js')
  try {
    await run(process.argv.slice(2), import.meta.url)
    await flush()
  } catch (error) {
    await handle(error)
  }
}
