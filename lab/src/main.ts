/* eslint-disable unicorn/prefer-top-level-await -- it is bundled as CommonJS, which has none */
/** The lab's process: start, ports, signals, and nothing left behind. Started by `todo-dr lab start`. */

import {resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

import {adminHandler} from './admin.js'
import {makeServices} from './aws/index.js'
import {customResourceReplies} from './custom-resource-replies.js'
import {RESPONSE_PATH} from './cloudformation/custom-resource.js'
import {claimFolder, ownRecord, removeFolder, writeRecord} from './folder.js'
import {LocalLab} from './lab.js'
import {openLog, type Log} from './log.js'
import {failure, tell} from './parent.js'
import {INSTANT, PROFILES} from './profile.js'
import {isRegion, RegionUnknown} from './regions.js'

/** A lab that cannot stop in order within this time ends without. */
const STOP_DEADLINE_MS = 30_000

const {values} = parseArgs({
  options: {
    folder: {type: 'string'},
    name: {type: 'string', default: 'default'},
    profile: {type: 'string', default: 'instant'},
    /** Of what is random in the profile: a whole number. */
    seed: {type: 'string', default: '1'},
    port: {type: 'string', default: '0'},
    empty: {type: 'boolean', default: false},
    /** Principals may do what their policies say. */
    'enforce-iam': {type: 'boolean', default: false},
    home: {type: 'string', default: 'us-east-1'},
    away: {type: 'string', default: 'us-east-2'},
    /** A synthesized cloud assembly. */
    assembly: {
      type: 'string',
      default: fileURLToPath(
        new URL(import.meta.url.endsWith('.ts') ? '../../dist/assembly' : '../assembly', import.meta.url),
      ),
    },
    /** End when the process that started this one does. */
    parent: {type: 'boolean', default: false},
    /** Log to stderr too. */
    echo: {type: 'boolean', default: false},
  },
})

let lab: LocalLab | undefined
/** The lab's folder, once it is taken; a folder that another lab has is never ours to remove. */
let taking: Promise<{folder: string; removedStale: boolean}> | undefined
let log: Log = (part, text) => process.stderr.write(`${part} ${text}\n`)
let ready = false
let ending: Promise<never> | undefined

/** Stops every part, removes the folder, ends the process. Later calls join the first. */
function end(status: number): Promise<never> {
  ending ??= (async () => {
    const deadline = setTimeout(() => {
      log('lab', `did not stop within ${STOP_DEADLINE_MS / 1000} s: exiting`)
      process.exit(1)
    }, STOP_DEADLINE_MS)
    deadline.unref()
    await lab?.stop()
    // It may be taken at this very moment.
    const taken = await taking?.catch(() => undefined)
    if (taken) await removeFolder(taken.folder)
    process.exit(status)
  })()
  return ending
}

function stopOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    log('lab', `${signal}: stopping`)
    void end(0)
  })
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) stopOn(signal)
// While it boots, the lab never outlives whoever waits for it; with --parent it never does.
process.on('disconnect', () => {
  if (values.parent || !ready) void end(0)
})
// A fault inside the lab must not take a drill along: it is logged, and the tests look for it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log('lab', `${event}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  })
}

type Tell = (text: string, seconds?: number) => void

/** The database first: to fetch one may take long, and without one nothing else is worth starting. */
async function deploy(target: LocalLab, assembly: string, progress: Tell): Promise<void> {
  const started = performance.now()
  await target.service('rds').prepare((text) => progress(text))
  progress('database server found', (performance.now() - started) / 1000)
  const {provision} = await import('./provision.js')
  await provision(target, assembly, ({stack, status, seconds, reason}) => {
    if (status === 'CREATE_COMPLETE') progress(`stack ${stack} created`, seconds)
    else log('stacks', [stack, status, reason].filter(Boolean).join(' '))
  })
}

async function boot(): Promise<void> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  const {name, home, away} = values
  if (!values.folder) throw new Error('--folder is required')
  const profile = PROFILES[values.profile as keyof typeof PROFILES]
  if (!profile) throw new Error(`--profile must be one of ${Object.keys(PROFILES).join(', ')}`)
  for (const region of [home, away]) if (!isRegion(region)) throw new RegionUnknown(`the lab "${name}"`, region)
  const claimed = resolve(values.folder)
  taking = claimFolder(claimed, name).then((claim) => ({...claim, folder: claimed}))
  const {folder, removedStale} = await taking
  log = openLog(folder, values.echo)
  const progress = (text: string, took?: number): void => {
    log('lab', took === undefined ? text : `${text} (${took.toFixed(1)} s)`)
    void tell({type: 'progress', text, ...(took !== undefined && {seconds: took})})
  }

  if (removedStale) progress('removed the leftovers of a crashed lab of this name')
  lab = await LocalLab.start({
    name,
    home,
    away,
    folder,
    // It starts with stacks that have been made before.
    profile: {...profile, makingMs: values.empty ? profile.makingMs : INSTANT.makingMs},
    seed: Number(values.seed),
    port: Number(values.port),
    log,
    enforceIam: values['enforce-iam'],
  })
  lab.serve(
    '/_lab/',
    adminHandler(lab, () => void end(0)),
  )
  lab.serve(RESPONSE_PATH, customResourceReplies)
  await writeRecord(folder, ownRecord(name, lab.endpoint, false))
  for (const service of makeServices(lab)) lab.register(service)
  if (!values.empty) await deploy(lab, resolve(values.assembly), progress)
  lab.profile = profile

  await writeRecord(folder, ownRecord(name, lab.endpoint, true))
  ready = true
  await tell({type: 'ready', endpoint: lab.endpoint, seconds: seconds()})
  log('lab', `ready at ${lab.endpoint} after ${seconds().toFixed(1)} s`)
  if (!values.parent && process.connected) process.disconnect()
  else if (values.parent && process.send && !process.connected) await end(0)
}

async function run(): Promise<void> {
  try {
    process.title = `todo-dr lab ${values.name}`
    await boot()
  } catch (error) {
    log('lab', `could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    await tell(failure(error))
    await end(1)
  }
}

// Whatever the lab and its children write is its owner's alone.
process.umask(0o077)
void run()
