import {Config} from '@oclif/core'
import {expect} from 'chai'
import fc from 'fast-check'
import {execFileSync} from 'node:child_process'
import {aimed, commandsFor, withAim} from '../../src/cli/aim.js'
import type {Aim} from '../../src/cli/aim.js'
import {ROOT} from '../support/cli.js'

const wordsOf = (commands: Config['commands']): string[] => commands.map(({id}) => id.replaceAll(':', ' '))

describe('a hint', () => {
  let aim: Aim
  let all: Config['commands']
  let untargeted: string[]

  before(async () => {
    const config = await Config.load({root: ROOT})
    all = config.commands
    aim = {target: 'lab:other', commands: commandsFor({target: 'lab:other'}, all)}
    untargeted = wordsOf(all).filter((words) => !aim.commands.includes(words))
  })

  it('field report 21: names the target behind the words of every command that takes one, and of no other', () => {
    expect(aim.commands).to.include.members(['failover', 'outage start', 'teardown', 'resume', 'lab stop', 'drill'])
    expect(untargeted).to.include('lab list')
    for (const command of aim.commands) {
      expect(aimed(`todo-dr ${command}`, aim)).to.equal(`todo-dr ${command} --target lab:other`)
      expect(aimed(`run todo-dr ${command} --json, then wait`, aim)).to.equal(
        `run todo-dr ${command} --target lab:other --json, then wait`,
      )
    }

    for (const command of [...untargeted, 'nothing', 'failovers'])
      expect(aimed(`todo-dr ${command}`, aim), command).to.equal(`todo-dr ${command}`)
  })

  it('field report F: names a target that is not a lab behind no command that acts on labs alone', () => {
    const commands = commandsFor({target: 'prod'}, all)
    expect(aim.commands.filter((words) => !commands.includes(words))).to.have.members([
      'drill',
      ...['env', 'logs', 'start', 'status', 'stop'].map((verb) => `lab ${verb}`),
    ])
    expect(aimed('todo-dr drill; todo-dr lab stop', {target: 'prod', commands})).to.equal(
      'todo-dr drill; todo-dr lab stop',
    )
  })

  it('keeps a target that it names already, in each of its commands', () => {
    const hint = 'todo-dr status --target prod; or todo-dr resume r1 and todo-dr resume r1 --undo'
    expect(aimed(hint, aim)).to.equal(
      'todo-dr status --target prod; or todo-dr resume --target lab:other r1 and todo-dr resume --target lab:other r1 --undo',
    )
  })

  it('is walked to through events, errors and results, past what users wrote', () => {
    const value = {
      task: 'todo-dr failover',
      refusals: [{reason: 'todo-dr failover', hint: 'todo-dr failover'}],
      next: null,
    }
    expect(withAim(value, aim)).to.deep.equal({
      ...value,
      refusals: [{reason: 'todo-dr failover', hint: 'todo-dr failover --target lab:other'}],
    })
    expect(withAim(value, undefined)).to.equal(value)
  })

  it('field report 24: names no target that is gone when it can be pasted, whatever it hints at', () => {
    const target = 'lab:other'
    const gone = {target, commands: commandsFor({target, gone: true}, all), gone: true}
    for (const command of gone.commands) {
      const hint = `look, then todo-dr ${command} --json --target lab:other`
      const [warning, refusal] = [
        {code: 'warning', text: 'x', next: hint, hint},
        {code: 'refusal', gate: 'x', hint},
      ]
      const keep = 'todo-dr drill --keep leaves the lab running, to look at it'
      expect(aimed(hint, gone)).to.equal(keep)
      expect(withAim(warning, gone)).to.deep.equal({code: 'warning', text: 'x'})
      expect(withAim(refusal, gone)).to.deep.equal({...refusal, hint: keep})
    }

    for (const hint of ['then todo-dr drill again', 'todo-dr lab stop --target lab:other', 'wait'])
      expect(withAim({next: hint}, gone)).to.deep.equal({next: hint})
  })

  it('is one word of the shell, whatever the name of the target', () => {
    fc.assert(
      fc.property(
        fc.string({minLength: 1}).filter((name) => !/[\0]/.test(name)),
        (target) => {
          const line = aimed('todo-dr status', {...aim, target})
          const shown = execFileSync('/bin/sh', [
            '-c',
            `todo_dr() { printf %s "$3"; }; ${line.replace('todo-dr', 'todo_dr')}`,
          ])
          expect(shown.toString()).to.equal(Buffer.from(target).toString())
        },
      ),
      {numRuns: 30},
    )
  })
})
