import {expect} from 'chai'
import {runSwitch} from '../../src/actions/switch/run.js'
import {LAB_NOTICE} from '../../src/measure/result.js'
import {runReportHtml, runReportMarkdown} from '../../src/report/run-report.js'
import {storyOf} from '../../src/report/story.js'
import type {RunStory} from '../../src/report/story.js'
import type {Plan, SwitchIntent} from '../../src/model/plan.js'
import type {RunOutcome} from '../../src/engine/outcome.js'
import {journalOf, memoryRun} from '../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

/** A whole run of the simulated world, and what is read of it afterwards. */
async function ran(sim: SimulatedWorld, intent: SwitchIntent): Promise<{outcome: RunOutcome; story: RunStory}> {
  const run = memoryRun()
  const {outcome} = await runSwitch({
    target: 'prod',
    intent,
    world: sim.connect().world,
    maxLagSeconds: 5,
    waivers: intent === 'failover' ? [{name: 'allow-data-loss', reason: 'the night is <b>dark</b> | and full'}] : [],
    recent: async () => ({unfinished: []}),
    newRun: async () => run,
    operator: 'alice@laptop',
    emit: () => undefined,
    signal: new AbortController().signal,
  })
  return {outcome: outcome!, story: storyOf((await run.readJson('plan.json')) as Plan, await journalOf(run))}
}

const about = {target: 'prod', lab: false}
const endsOf = ({steps}: RunStory): string[] => steps.map(({end}) => end)

describe('field report 26: every switch leaves a report', () => {
  it('tells each step of a switchover, with its time', async () => {
    const {outcome, story} = await ran(new SimulatedWorld(), 'switchover')
    expect(story.steps).to.have.length(story.plan.stages.flat().length)
    expect(endsOf(story)).to.satisfy((ends: string[]) => ends.every((end) => end === 'done' || end === 'skipped'))
    for (const text of [runReportHtml({outcome, story, ...about}), runReportMarkdown({outcome, story, ...about})]) {
      expect(text).to.contain(`switchover from ${HOME} to ${AWAY} on prod`).and.to.contain('alice@laptop')
      expect(text).not.to.contain(LAB_NOTICE)
      for (const {title} of story.steps) expect(text).to.contain(title)
    }
  })

  it('names the waivers, and says that no loss was measured', async () => {
    const {outcome, story} = await ran(new SimulatedWorld(), 'failover')
    const html = runReportHtml({outcome, story, ...about, lab: true})
    expect(story.waivers).to.deep.equal([{name: 'allow-data-loss', reason: 'the night is <b>dark</b> | and full'}])
    expect(html).to.contain('the night is &lt;b&gt;dark&lt;/b&gt; | and full').and.to.contain(LAB_NOTICE)
    expect(html).to.contain('Which acknowledged writes were lost is not known')
    expect(runReportMarkdown({outcome, story, ...about})).to.contain(String.raw`\<b\>dark\</b\> \| and full`)
  })

  it('says what is not proven, why it stopped, and how to continue', async () => {
    const {outcome, story} = await ran(new SimulatedWorld(), 'failover')
    const unproven = runReportMarkdown({outcome: {...outcome, unsure: ['fence-again']}, story, ...about})
    expect(unproven).to.contain(`not proven that ${HOME} has stopped acknowledging writes`)
    const failure = {code: 'X', what: 'the proxy is gone', why: 'it was deleted', requestId: 'abc-1'}
    const stopped = runReportMarkdown({outcome: {...outcome, status: 'stopped', failure}, story, ...about})
    expect(stopped).to.contain('the proxy is gone; it was deleted; request id abc-1')
    expect(stopped).to.contain('todo-dr resume')
  })

  it('lets no text break out of the page', async () => {
    const {outcome, story} = await ran(new SimulatedWorld(), 'failover')
    const page = runReportHtml({outcome, story, target: '<script>alert(1)</script>', lab: false})
    expect(page).not.to.match(/<script|https?:|url\(|@import/)
  })
})

describe('the story of a run', () => {
  const plan = {stages: [[{id: 'a', title: 'A', phase: 'fence'}], [{id: 'b', title: 'B', phase: 'edge'}]]} as Plan
  const line = (at: number, event: string, step: string, text?: string) =>
    ({at, event, step, phase: 'fence', text}) as Awaited<ReturnType<typeof journalOf>>[number]
  const told = (...lines: ReturnType<typeof line>[]) =>
    storyOf(plan, lines).steps.map(({end, seconds}) => [end, seconds])

  it('counts a step that was cut from its first beginning, and its last word', () => {
    expect(told(line(0, 'step-intent', 'a'))).to.deep.equal([
      ['cut', null],
      ['not begun', null],
    ])
    expect(
      told(line(0, 'step-intent', 'a'), line(1000, 'step-intent', 'a'), line(4000, 'step-done', 'a')),
    ).to.deep.equal([
      ['done', 4],
      ['not begun', null],
    ])
    expect(
      told(line(0, 'step-intent', 'a'), line(1000, 'step-done', 'a'), line(2000, 'step-undone', 'a'))[0],
    ).to.deep.equal(['undone', 2])
  })

  it('knows a step that there was nothing to do for', () => {
    expect(told(line(0, 'step-skipped', 'b'))[1]).to.deep.equal(['skipped', null])
  })
})
