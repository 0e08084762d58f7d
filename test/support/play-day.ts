/** What help and docs show is typed into a shell, each line at the point of its day that it is for. A test file plays a day. */

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {chmodSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {LabEnvResult} from '../../src/actions/lab/result.js'
import {ROOT, Sandbox, type LabStatus} from './cli.js'
import {SCENES, type Act, type Day} from './examples.js'

interface Typed {
  status: number | null
  output: string
}

// eslint-disable-next-line mocha/no-exports -- the test file of each day calls it
export function playDay(day: Day): void {
  describe(`the examples of help and docs: ${day}`, function () {
    this.timeout(300_000)
    const sandbox = new Sandbox({AWS_EC2_METADATA_DISABLED: 'true'})
    const programs = join(sandbox.folder, 'bin')

    /** In a group of its own: a terminal's Ctrl-C reaches all that the line started, and the shell goes on. */
    function type({line, proof, untilInterrupted}: Act, cwd: string, env: Record<string, string>): Promise<Typed> {
      const child = spawn('/bin/sh', ['-c', `trap : INT\n${proof === undefined ? line : `${line} && ${proof}`}`], {
        cwd,
        env: {...sandbox.env, PATH: `${programs}:${process.env.PATH}`, ...env},
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
      if (untilInterrupted) child.stdout.once('data', () => process.kill(-child.pid!, 'SIGINT'))
      return new Promise((done, fail) => {
        child.once('error', fail).once('close', (status) => done({status, output}))
      })
    }

    async function prod(): Promise<Record<string, string>> {
      const {set} = await sandbox.json<LabEnvResult>(['lab', 'env'])
      const {AWS_ENDPOINT_URL: endpoint, AWS_SHARED_CREDENTIALS_FILE} = set
      const regions = {home: 'us-east-1', away: 'us-east-2'}
      const target = {app: 'ToDoMgmt', regions, account: '000000000000', endpoint}
      writeFileSync(
        join(sandbox.folder, 'todo-dr.yaml'),
        JSON.stringify({defaultTarget: 'lab', targets: {prod: target}}),
      )
      return {AWS_SHARED_CREDENTIALS_FILE: AWS_SHARED_CREDENTIALS_FILE!}
    }

    before(() => {
      mkdirSync(programs)
      const program = join(programs, 'todo-dr')
      writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin', 'run.js')}' "$@"\n`)
      chmodSync(program, 0o755)
    })

    after(async () => {
      for (const lab of sandbox.left('state/todo-dr/labs').filter((path) => !path.includes('/')))
        await sandbox.run(['lab', 'stop', '--target', `lab:${lab}`])
      sandbox.remove()
    })

    for (const scene of SCENES.filter((one) => one.day === day)) {
      describe(scene.title, () => {
        let env: Record<string, string> = {...scene.env}

        before(async () => {
          if (scene.prod) env = {...env, ...(await prod())}
        })

        // It would make a project of the folder for the scenes that follow.
        after(() => {
          if (scene.prod) rmSync(join(sandbox.folder, 'todo-dr.yaml'))
        })

        for (const act of scene.acts.filter(({elsewhere}) => elsewhere === undefined)) {
          it(act.line, async () => {
            if (act.line.includes('$URL')) {
              const {edgeUrl} = await sandbox.json<LabStatus>(['lab', 'status'])
              env.URL = `${edgeUrl}/v1?id=1`
            }

            const cwd = join(sandbox.folder, scene.folder ?? '.')
            const {status, output} = await type(act, cwd, {...env, ...act.env})
            expect(status, output).to.equal(act.exit)
          })
        }
      })
    }
  })
}
