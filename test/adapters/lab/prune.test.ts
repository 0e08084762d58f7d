import {expect} from 'chai'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pruneLabs} from '../../../src/adapters/lab/prune.js'

describe('what is kept of drills on throwaway labs', () => {
  let state: string
  let previous: string | undefined

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'todo-dr-prune-'))
    previous = process.env.XDG_STATE_HOME
    process.env.XDG_STATE_HOME = state
  })

  afterEach(() => {
    if (previous === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = previous
    rmSync(state, {recursive: true})
  })

  const folder = (name: string): string => join(state, 'todo-dr', name)

  /** A drill of the given minute; the youngest has the greatest. */
  const drill = (minute: number, files = ['plan.json', 'result.json']): string => {
    const name = `lab_drill-${9999 - minute}`
    const run = join(folder(name), 'runs', `20260101T00${String(minute).padStart(2, '0')}00000Z-drill-region-loss-0001`)
    mkdirSync(run, {recursive: true})
    for (const file of files) writeFileSync(join(run, file), '{}')
    return name
  }

  it('is that of the newest, and nothing else is touched', async () => {
    const drills = [3, 0, 4, 1, 2].map((minute) => [minute, drill(minute)] as const)
    const others = ['lab', 'lab_mine', 'lab_drill-mine', 'aws', 'labs']
    for (const other of others) mkdirSync(folder(other))
    await pruneLabs('drill-', 2)
    for (const [minute, name] of drills) expect(existsSync(folder(name)), name).to.equal(minute >= 3)
    for (const other of others) expect(existsSync(folder(other)), other).to.equal(true)
  })

  it('is that of a run that is not finished, and of a lab that runs, however old', async () => {
    const [unfinished, running, gone, newest] = [drill(0, ['plan.json']), drill(1), drill(2), drill(3)]
    const ticks = async (pid: number): Promise<string> => {
      const text = await readFile(`/proc/${pid}/stat`, 'latin1')
      return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]!
    }

    const record = async (target: string, startTicks: string): Promise<void> => {
      const name = target.replace('lab_', '')
      mkdirSync(folder(join('labs', name)), {recursive: true})
      const content = JSON.stringify({name, pid: process.pid, startTicks, ready: true})
      writeFileSync(join(folder(join('labs', name)), 'lab.json'), content)
    }

    await record(running, await ticks(process.pid))
    await record(gone, '1')
    await pruneLabs('drill-', 1)
    for (const name of [unfinished, running, newest]) expect(existsSync(folder(name)), name).to.equal(true)
    expect(existsSync(folder(gone))).to.equal(false)
  })

  it('is nothing where nothing was ever kept', async () => {
    await pruneLabs('drill-', 20)
    expect(existsSync(folder(''))).to.equal(false)
  })
})
