/** The shell of one build: it runs commands one after the other, each with what the ones before it have set. */

import type {ChildProcess} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Readable, Writable} from 'node:stream'

import {spawnWatched} from '../../watched.js'

const MARK = '\u001E'

/**
 * Descriptor 4 says which file comes next, 5 is where its status is told. The commands have neither, and nothing to read. What they
 * print to both outputs comes in the order in which they print it.
 */
const driver = (nonce: string): string => `
exec 2>&1 4<&0 5>&1 </dev/null
while read -r codebuild_step <&4; do
  . "$codebuild_step" 4<&- 5>&-
  printf '\\036${nonce} %d\\036' "$?" >&5
done
`

export interface ShellOptions {
  program: 'sh' | 'bash'
  /** In which it starts. */
  cwd: string
  /** Where it finds its commands. */
  scripts: string
  env: Readonly<Record<string, string>>
  onOutput(text: string): void
}

/**
 * "CodeBuild runs all build commands in the same instance of the default shell" (CodeBuild user guide, "Build specification reference").
 * A command that ends the shell (`exit 1`) ends with its status, and the next one gets a new shell: assumed.
 */
export class BuildShell {
  private child: ChildProcess | undefined
  private settle: ((status: number) => void) | undefined
  private readonly nonce = randomBytes(12).toString('hex')
  private unread = ''
  private killed = false

  constructor(private readonly options: ShellOptions) {}

  /** The command's exit status; 128 and more where a signal ended the shell, 127 where there is none. */
  async run(command: string): Promise<number> {
    const script = join(this.options.scripts, 'script.sh')
    await writeFile(script, `${command}\n`)
    if (this.killed) return KILLED
    this.child ??= this.start()
    const input = this.child.stdin as Writable
    return new Promise<number>((resolve) => {
      this.settle = resolve
      input.write(`${script}\n`)
    })
  }

  /** Ends the shell and everything that it has started, now and for good. */
  kill(): void {
    this.killed = true
    killGroup(this.child)
  }

  private start(): ChildProcess {
    const {program, cwd, env} = this.options
    const args = ['-c', driver(this.nonce), program]
    const child = spawnWatched(program, args, {cwd, env, input: 'pipe', output: 'pipe', leads: true})
    const output = child.stdout as Readable
    output.setEncoding('utf8')
    output.on('data', (text: string) => this.read(text))
    for (const stream of [child.stdin, output]) stream?.on('error', () => undefined)
    // What it has left running would keep its output open.
    child.once('exit', () => killGroup(child))
    child.once('error', (error) => {
      this.child = undefined
      this.print(`${error.message}\n`)
      this.end(NO_SHELL)
    })
    child.once('close', (code, signal) => {
      this.child = undefined
      this.print(this.unread)
      this.unread = ''
      this.end(code ?? (signal === 'SIGKILL' ? KILLED : 128))
    })
    return child
  }

  /** Text up to a mark, the nonce and a status, and a mark. A mark that may not be complete yet waits for the rest. */
  private read(text: string): void {
    const mark = new RegExp(`${MARK}${this.nonce} (\\d+)${MARK}`)
    this.unread += text
    for (let found = mark.exec(this.unread); found; found = mark.exec(this.unread)) {
      this.print(this.unread.slice(0, found.index))
      this.unread = this.unread.slice(found.index + found[0].length)
      this.end(Number(found[1]))
    }

    const at = this.unread.lastIndexOf(MARK)
    const waits = at !== -1 && this.unread.length - at < this.nonce.length + 8
    this.print(waits ? this.unread.slice(0, at) : this.unread)
    this.unread = waits ? this.unread.slice(at) : ''
  }

  private print(text: string): void {
    if (text !== '') this.options.onOutput(text)
  }

  private end(status: number): void {
    const {settle} = this
    this.settle = undefined
    settle?.(status)
  }
}

const KILLED = 128 + 9
const NO_SHELL = 127

function killGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
