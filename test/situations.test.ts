import {expect} from 'chai'
import {format, resolveConfig} from 'prettier'
import {SITUATIONS} from '../src/model/diagnosis.js'
import {runSwitch} from '../src/actions/switch/run.js'
import {heldEqual} from './support/golden.js'
import {memoryRun} from './support/memory-run.js'
import {CASES, COMMANDS, Stage} from './support/situations.js'
import type {Case, Cell, Command} from './support/situations.js'
import {AWAY, HOME} from './support/simulated-world.js'

type Row = Record<Command, Cell>

async function rowOf({set}: Case): Promise<Row> {
  const stage = new Stage()
  await set(stage)
  const cells: [Command, Cell][] = []
  for (const command of COMMANDS) cells.push([command, await stage.ask(command)])
  return Object.fromEntries(cells) as Row
}

const HEAD = `# What each command answers in each situation

Written by \`test/situations.test.ts\`, which puts a simulated deployment into each situation and asks each command; \`UPDATE_GOLDEN=1 npx mocha
test/situations.test.ts\` writes it anew. us-east-1 is home, us-east-2 is away, and \`ToDoMgmt\` is the application. Every command but \`status\` and
\`doctor\` is asked with \`--dry-run\`, \`failover\` with the consent to data loss, and \`upgrade\` to a newer patch. \`doctor\` looks at this machine, its credentials and its way to AWS, not at the
deployment. RDS's status words, such as \`backing-up\`, do not make a situation: while the API of a region works, its database counts as working.
`

function page(rows: {one: Case; row: Row}[]): string {
  const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)
  return [
    HEAD,
    ...rows.map(({one, row}) =>
      [
        `## ${one.situation}: ${one.how}\n`,
        '| command | exit | says | advises |',
        '| --- | --- | --- | --- |',
        ...COMMANDS.map((command) => {
          const {exit, says, advises} = row[command]
          return `| \`${command}\` | ${exit} | ${cell(says)} | ${cell(advises)} |`
        }),
        '',
      ].join('\n'),
    ),
  ].join('\n')
}

describe('situations x commands', function () {
  this.timeout(60_000)
  const rows: {one: Case; row: Row}[] = []

  before(async () => {
    for (const one of CASES) rows.push({one, row: await rowOf(one)})
  })

  const row = (situation: string, how: RegExp): Row =>
    rows.find(({one}) => one.situation === situation && how.test(one.how))!.row

  it('has a case for every situation, which status names', () => {
    expect(new Set(CASES.map(({situation}) => situation))).to.deep.equal(new Set([...SITUATIONS, 'Unknown']))
    for (const {one, row: asked} of rows) expect(asked.status.says, one.how).to.match(new RegExp(`^${one.situation}: `))
  })

  it('field report 22: every cell is the one in docs/situations.md', async () => {
    const path = 'docs/situations.md'
    heldEqual(path, await format(page(rows), {...(await resolveConfig(path)), filepath: path}))
  })

  it('field report 22: an unseeded deployment is told to be seeded, by every command that would switch', () => {
    const asked = row('TableMissing', /./)
    expect(asked.status.advises).to.equal('todo-dr seed')
    for (const command of ['switchover', 'failover', 'failback', 'steer'] as const) {
      expect(asked[command].exit, command).to.equal(3)
      expect(asked[command].advises, command).to.contain('todo-dr seed')
    }
  })

  it('field report 22: where no API can be reached from here, the own network is named and no switch suggested', () => {
    const asked = row('Unknown', /no API/)
    expect(asked.status).to.include({exit: 6, advises: 'todo-dr status'})
    expect(asked.status.says).to.contain('your own network')
    for (const command of ['switchover', 'failover', 'failback', 'steer'] as const) {
      expect(asked[command].exit).to.equal(3)
      expect(asked[command].advises).to.contain('your own proxy').and.not.to.contain('todo-dr switchover')
    }
  })

  it('field report 22: after the loss of a region a planned switch says failover, and nobody is told to wait for the primary', () => {
    const asked = row('RegionLost', /behind/)
    for (const command of ['switchover', 'failback', 'steer'] as const) {
      expect(asked[command].exit, command).to.equal(3)
      expect(asked[command].advises, command).to.match(/^todo-dr failover --to us-east-2 --allow-data-loss/)
    }
    expect(asked.failover.exit).to.equal(0)
  })

  it('field report 22: doctor calls the lost region silent, and the living one not', () => {
    const asked = row('RegionLost', /behind/).doctor
    expect(asked.exit).to.equal(5)
    expect(asked.says).to.contain(`${HOME} does not answer`).and.not.to.contain('us-east-2 does not answer')
    expect(asked.advises).to.contain('us-east-2 answers, so your network works')
    expect(row('Unknown', /neither/).doctor.advises).to.contain('check your own network')
  })

  it('field report 22: a failback waits for a home that is silent, being rebuilt, or not a member yet', () => {
    for (const [situation, how] of [
      ['StandbyLost', /home is still silent/],
      ['ReplicationStalled', /rebuilt/],
      ['Detached', /home is no member/],
    ] as const)
      expect(row(situation, how).failback, situation).to.include({exit: 0})
  })

  it('field report 22: a failback that begins while home is silent says so, waits, and is done when home is back', async () => {
    const {sim} = new Stage()
    sim.promoteNow(AWAY)
    sim.steerNow(AWAY)
    Object.assign(sim.regions[HOME]!, {writable: false})
    sim.lose(HOME)
    const notes: string[] = []
    const {signal} = new AbortController()
    const failback = runSwitch({
      target: 'prod',
      intent: 'failback',
      world: sim.connect().world,
      maxLagSeconds: 5,
      operator: 'you',
      recent: async () => ({unfinished: []}),
      newRun: async () => memoryRun(),
      emit: (event) => void (event.code === 'step-note' && notes.push(event.text)),
      signal,
    })
    await sim.clock.sleep(600_000)
    await sim.returns(HOME)
    expect((await failback).outcome).to.include({status: 'done'})
    expect(notes).to.include(`${HOME} does not answer yet`)
    expect(sim.topology()).to.deep.include({edge: HOME})
  })

  it('field report 22: a run of ours that is not finished is named, and its resume advised; another one is not invented', () => {
    for (const {one, row: asked} of rows) {
      const ours = one.how.includes('our own')
      const advice = COMMANDS.map((command) => asked[command].advises).join('\n')
      expect(/todo-dr resume \d/.test(advice), one.how).to.equal(ours)
      if (!ours) expect(asked.resume.says, one.how).to.contain('no unfinished run')
    }
  })

  it('field report 22: no command points to one that is refused, in any situation', () => {
    for (const {one, row: asked} of rows)
      for (const command of COMMANDS)
        for (const [, named] of asked[command].advises.matchAll(/todo-dr (switchover|failover|failback|steer)/g))
          expect(asked[named as Command].exit, `${one.how}: ${command} points to ${named}`).to.equal(0)
  })
})
