#!/usr/bin/env node
// CommonJS: to start Node's loader of ES modules takes 10 ms of each command.
const {existsSync, readFileSync} = require('node:fs')
const {join} = require('node:path')
const {setFlagsFromString} = require('node:v8')

const root = join(__dirname, '..')
const argv = process.argv.slice(2)
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const isCommand = (...path) => existsSync(join(root, 'dist', 'commands', `${path.join('/')}.js`))
const {guardAnswers} = require('../dist/outputs.js')

if (argv.length === 1 && argv[0] === '--version') {
  // Without loading oclif: this much is asked for by scripts, often.
  guardAnswers()
  process.stdout.write(`${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  // The SDK would print a warning about Node 20 between our lines.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  // undici's parser of HTTP is WebAssembly: optimizing it takes longer than a command runs, and the end would wait for it.
  setFlagsFromString('--liftoff-only')
  // What V8 optimizes within its first second, a short command is done with before it pays: it waits 15 times as long (default 132 KiB).
  setFlagsFromString('--interrupt-budget=2000000')
  const cache = process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, '.cache'))
  // A stack trace is shown with DEBUG only; what was compiled before has no source maps.
  if (process.env.DEBUG) process.setSourceMapsEnabled(true)
  else if (cache) require('../dist/compiled.js').keepCompiled(join(cache, 'todo-dr', 'compiled'))
  // The plugins have commands of their own, and an answer to what is no command.
  if (isCommand(argv[0]) || isCommand(argv[0], argv[1])) pjson.oclif.plugins = []
  // Before oclif is loaded, which asks for the user's home.
  require('../dist/user.js').settleUser()
  const {flush, handle, run} = require('../dist/oclif.js')
  // In place of oclif's own answer to an output that takes no more.
  guardAnswers()
  // It would wait for what never comes, and end as if it had succeeded.
  process.once('beforeExit', () => process.exit(1))
  // Users add no plugins: their folder is not looked for.
  run(argv, {root, pjson, userPlugins: false})
    .then(flush)
    // What is left (a socket, a compilation in the background) is nothing to wait for.
    .then(() => process.exit())
    .catch(handle)
}
