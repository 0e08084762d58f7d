/** The article's walkthrough, as docs/article.md replaces it: typed into one shell after the other, as somebody would who follows it. */

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {BEGIN, ROWS} from '../support/article.js'
import {AWS_CLI, needsAwsCli} from '../support/aws-cli.js'
import {ROOT, Sandbox} from '../support/cli.js'

describe('the article’s walkthrough', function () {
  this.timeout(300_000)
  const sandbox = new Sandbox()
  const programs = join(sandbox.folder, 'bin')
  const place = join(sandbox.folder, 'work')
  /** What one shell leaves to the next: its variables and its folder. */
  const state = join(sandbox.folder, 'state.sh')
  const output = join(sandbox.folder, 'output')

  function type(line: string): Promise<{status: number | null; output: string}> {
    const keep = `status=$?; { export -p; printf 'cd "%s"\\n' "$PWD"; } > '${state}'; exit $status`
    // A file: what Node.js calls a pipe is a socket, which nothing can open as /dev/stdout.
    const printed = openSync(output, 'w')
    const child = spawn('/bin/sh', ['-c', `. '${state}'\nset -a\n${line}\n${keep}`], {
      cwd: place,
      env: {...sandbox.env, PATH: `${programs}:${process.env.PATH}`},
      stdio: ['ignore', printed, printed],
    })
    closeSync(printed)
    return new Promise((done, fail) => {
      child.once('error', fail).once('close', (status) => done({status, output: readFileSync(output, 'utf8')}))
    })
  }

  function program(name: string, command: string): void {
    const file = join(programs, name)
    writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`)
    chmodSync(file, 0o755)
  }

  before(function () {
    needsAwsCli(this)
    for (const folder of [programs, place]) mkdirSync(folder)
    writeFileSync(state, '')
    program('todo-dr', `'${process.execPath}' '${join(ROOT, 'bin', 'run.js')}'`)
    // What later versions of the AWS CLI read by themselves.
    program('aws', `${AWS_CLI} --endpoint-url "$AWS_ENDPOINT_URL"`)
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it(`begins with ${BEGIN}`, async () => {
    expect((await type(BEGIN)).status).to.equal(0)
  })

  for (const {title, lines} of ROWS.filter((row) => row.lines.length > 0))
    it(title, async () => {
      for (const line of lines) {
        const {status, output} = await type(line)
        expect(status, `${line}\n${output}`).to.equal(0)
        // An invocation that fails in the function ends with 0 all the same.
        expect(output, line).not.to.match(/"FunctionError"|"status": ?"error"/)
      }
    })
})
