/** A command that ends as it is told to, run as a process of its own: what DrCommand makes of each end. */

import {Flags, handle} from '@oclif/core'
import {DrCommand} from '../../src/cli/dr-command.js'
import {DrError, Unreachable} from '../../src/errors.js'
import type {ExitName} from '../../src/errors.js'
import {ROOT} from './cli.js'

export default class ExitCommand extends DrCommand {
  static override flags = {
    throw: Flags.string(),
    with: Flags.string(),
    oclif: Flags.integer(),
    bug: Flags.boolean(),
    wait: Flags.boolean(),
    linger: Flags.boolean(),
    ask: Flags.boolean(),
    tell: Flags.boolean(),
    'dry-run': Flags.boolean(),
  }

  async run(): Promise<unknown> {
    const {flags} = await this.parse(ExitCommand)
    this.emit({code: 'note', text: 'a note'})
    if (flags.throw) {
      throw new DrError({
        code: 'Thrown',
        exit: flags.throw as ExitName,
        what: 'it was thrown',
        why: 'the test said so',
        next: 'todo-dr status',
        requestId: 'request-1',
        cause: new Error('the root of it'),
      })
    }

    if (flags.oclif !== undefined) this.exit(flags.oclif)
    if (flags.bug) throw new TypeError('undefined is not a function')
    if (flags.with) this.exitWith(flags.with as ExitName)
    if (flags.ask) {
      const consent = this.consent({app: 'it', confirm: undefined, question: 'type it', danger: 'does it', next: 'it'})
      return {confirmed: await consent.ask()}
    }

    if (flags.tell) this.#tellAll()
    // A server would keep the process alive for ever.
    if (flags.linger) setInterval(() => undefined, 1000)
    if (flags.wait) await this.#waitForSignal()
    this.log('a result for a person')
    return {result: 1}
  }

  #tellAll(): void {
    this.emit({code: 'diagnosis', situation: 'RegionLost', summary: 'no answer', evidence: []})
    this.emit({code: 'plan', intent: 'failover', from: 'here', to: 'there', steps: [], digest: ''})
    this.emit({code: 'step-started', id: 'one', title: 'the step'})
    this.emit({code: 'step-finished', id: 'one', title: 'the step', outcome: 'done', seconds: 1})
    this.emit({code: 'progress', text: 'on the way'})
    this.emit({code: 'warning', text: 'beware'})
    this.emit({code: 'refusal', gate: 'the-gate', reason: 'not now', hint: 'later', waived: false})
    this.emit({code: 'done', text: 'all done', next: 'todo-dr status'})
  }

  async #waitForSignal(): Promise<never> {
    const keepAlive = setInterval(() => undefined, 1000)
    process.stderr.write('waiting\n')
    return new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => {
        clearInterval(keepAlive)
        reject(new Unreachable('nobody answered'))
      })
    })
  }
}

await ExitCommand.run(process.argv.slice(2), {root: ROOT}).catch(handle)
