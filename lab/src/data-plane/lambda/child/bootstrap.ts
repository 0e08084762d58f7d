/* eslint-disable unicorn/prefer-top-level-await -- it is bundled as CommonJS, which has none */
/**
 * The program of a Lambda execution environment: takes one call after the other from the Runtime API, runs the
 * function's handler, answers. It stands apart from the lab: nothing but the environment's variables reaches it.
 *
 * Unlike AWS, the process is not frozen between calls, and a callback's result does not wait for an empty event loop.
 */
import {syncBuiltinESMExports} from 'node:module'
import os from 'node:os'
import {format} from 'node:util'

import {CodeCache} from './code-cache.js'
import {loadHandler, runtimeError, type Handler} from './load-handler.js'
import {NameResolution} from './name-resolution.js'
import {Opt} from './opt.js'
import {RuntimeClient, type Job} from './runtime-client.js'

/** What AWS's runtime exits with after an error that no handler caught. */
const UNCAUGHT_EXIT = 129

/** As on AWS, where there is no such folder. The machine's own would have the SDK read the files of whoever runs the lab. */
os.homedir = () => '/home/sbx_user1051'
syncBuiltinESMExports()

const {env} = process
let current: Job | undefined

const client = new RuntimeClient(env.AWS_LAMBDA_RUNTIME_API ?? '')
const names = new NameResolution()
names.update(JSON.parse(env.LAB_HOSTS ?? '{}') as Record<string, number>)
delete env.LAB_HOSTS
names.install(env.AWS_ENDPOINT_URL ?? '')
const code = new CodeCache(env.LAB_CODE_CACHE ?? '')
delete env.LAB_CODE_CACHE
code.install()
if (env.LAB_OPT) new Opt(env.LAB_OPT, env.LAMBDA_TASK_ROOT ?? '', env.AWS_EXECUTION_ENV ?? '').install()
delete env.LAB_OPT
logAsLambda()
process.on('uncaughtException', (error) => void endWith(error))
process.on(
  'unhandledRejection',
  (reason) =>
    void endWith(
      runtimeError(
        'Runtime.UnhandledPromiseRejection',
        reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason),
      ),
    ),
)

loadHandler(env.LAMBDA_TASK_ROOT ?? '', env._HANDLER ?? '')
  .then(serve)
  .catch(endWith)

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const job = await client.next()
    if (job.hosts) names.update(job.hosts)
    current = job
    await answer(job, handler)
    current = undefined
    code.save()
  }
}

async function answer(job: Job, handler: Handler): Promise<void> {
  let result: unknown
  try {
    result = await run(handler, job)
  } catch (error) {
    return client.fail(job.id, error)
  }

  let body: string
  try {
    body = JSON.stringify(result) ?? 'null'
  } catch {
    return client.fail(job.id, runtimeError('Runtime.MarshalError', 'Unable to stringify response body'))
  }

  await client.respond(job.id, body)
}

/** By promise or by callback, whichever answers first. */
function run(handler: Handler, job: Job): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result?: unknown) => (error ? reject(error) : resolve(result))
    const context = {
      awsRequestId: job.id,
      callbackWaitsForEmptyEventLoop: true,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      invokedFunctionArn: job.functionArn,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      getRemainingTimeInMillis: () => job.deadlineMs - Date.now(),
    }
    const returned = handler(JSON.parse(job.payload), context, callback) as PromiseLike<unknown> | undefined
    // A handler that takes no callback and returns no promise answers null, as AWS does when the event loop runs dry.
    if (typeof returned?.then === 'function') returned.then(resolve, reject)
    else if (handler.length < 3) resolve(returned)
  })
}

/** Reports the error as that of the current call, or of the start, and ends: the environment can't be trusted any more. */
async function endWith(error: unknown): Promise<never> {
  try {
    await (current ? client.fail(current.id, error) : client.failInit(error))
  } finally {
    process.exit(UNCAUGHT_EXIT)
  }
}

/** A line of the console carries time, request and level, as text or as JSON, as the function's logging is configured. */
function logAsLambda(): void {
  const levels = {log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR'} as const
  for (const [method, level] of Object.entries(levels) as [keyof typeof levels, string][]) {
    console[method] = (...args: unknown[]) => {
      const timestamp = new Date().toISOString()
      const line =
        env.AWS_LAMBDA_LOG_FORMAT === 'JSON'
          ? JSON.stringify({
              timestamp,
              level,
              requestId: current?.id,
              message: args.length === 1 ? args[0] : format(...args),
            })
          : `${timestamp}\t${current?.id ?? 'undefined'}\t${level}\t${format(...args)}`
      process.stdout.write(`${line}\n`)
    }
  }
}
