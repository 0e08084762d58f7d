import {Config} from '@oclif/core'
import {expect} from 'chai'
import fc from 'fast-check'
import {execFileSync} from 'node:child_process'
import {aimed, withAim} from '../../src/cli/aim.js'
import type {Aim} from '../../src/cli/aim.js'
import {ROOT} from '../support/cli.js'

describe('a hint', () => {
  let aim: Aim
  let untargeted: string[]

  before(async () => {
    const config = await Config.load({root: ROOT})
    const words = ({id}: {id: string}): string => id.replaceAll(':', ' ')
    const [takes, others] = [true, false].map((has) =>
      config.commands.filter(({flags}) => Boolean(flags.target) === has).map(words),
    )
    aim = {target: 'lab:other', commands: takes!}
    untargeted = others!
  })

  it('field report 21: names the target behind the words of every command that takes one, and of no other', () => {
    expect(aim.commands).to.include.members(['failover', 'outage start', 'teardown', 'resume'])
    for (const command of aim.commands) {
      expect(aimed(`todo-dr ${command}`, aim)).to.equal(`todo-dr ${command} --target lab:other`)
      expect(aimed(`run todo-dr ${command} --json, then wait`, aim)).to.equal(
        `run todo-dr ${command} --target lab:other --json, then wait`,
      )
    }

    for (const command of [...untargeted, 'nothing', 'failovers'])
      expect(aimed(`todo-dr ${command}`, aim), command).to.equal(`todo-dr ${command}`)
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
