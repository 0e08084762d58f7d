/**
 * `npm run soak -- [--only drill|deploy|operators|clean] [--pace instant|hostile] [--rounds N] [--seed S]`: the long runs. By default 100 drills, 50 rounds of
 * deploy and teardown in bad weather, 20 in which the program is killed, 60 of two operators, and 200 looks of health and drift at a lab
 * with which nothing is wrong. On the pace `hostile` there are drills only: 50, of every scenario. What fails is told with its seed.
 */

import {parseArgs} from 'node:util'

const {values} = parseArgs({
  options: {
    only: {type: 'string'},
    pace: {type: 'string', default: 'instant'},
    rounds: {type: 'string'},
    seed: {type: 'string'},
  },
})
const {only} = values
const given = values.rounds === undefined ? undefined : Number(values.rounds)
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
if (![given ?? 1, seed].every((value) => Number.isInteger(value) && value >= 0) || given === 0)
  throw new RangeError('--rounds and --seed are whole numbers')
if (only !== undefined && !['drill', 'deploy', 'operators', 'clean'].includes(only))
  throw new RangeError('--only is drill, deploy, operators or clean')

if (!['instant', 'hostile'].includes(values.pace)) throw new RangeError('--pace is instant or hostile')
const hostile = values.pace === 'hostile'
if (hostile && only !== undefined && only !== 'drill') throw new RangeError('--pace hostile has drills only')

const started = performance.now()
let total = 0
let failed = 0

/** One round after the other; each says what happened, or throws. */
async function play(rounds: {name: string; run: () => Promise<string>}[]): Promise<void> {
  for (const [index, {name, run}] of rounds.entries()) {
    const since = performance.now()
    const title = `${name} ${index + 1}/${rounds.length}  seed ${seed + index}`
    try {
      const says = await run()
      console.log(`${title}  clean  ${says}  (${((performance.now() - since) / 1000).toFixed(1)} s)`)
    } catch (error) {
      failed++
      console.log(`${title}  FAILED  ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  total += rounds.length
}

const times = (count: number): number[] => Array.from({length: count}, (_, index) => index)

if (hostile) {
  const {hostileRound, endHostile} = await import('./hostile.js')
  try {
    await play(times(given ?? 50).map((index) => ({name: 'hostile', run: () => hostileRound(seed + index)})))
  } finally {
    endHostile()
  }
}

const wanted = (name: string): boolean => !hostile && (only === undefined || only === name)

if (wanted('drill')) {
  const {drillRound, endDrills} = await import('./drill.js')
  try {
    await play(times(given ?? 100).map((index) => ({name: 'drill', run: () => drillRound(seed + index)})))
  } finally {
    endDrills()
  }
}

if (wanted('deploy')) {
  const {DeployRounds} = await import('./deploy.js')
  const lab = await DeployRounds.open()
  const weather = times(given ?? 50)
  const kill = times(given ?? 20).map((index) => index + weather.length)
  try {
    await play([
      ...weather.map((index) => ({name: 'weather', run: () => lab.inBadWeather(seed + index)})),
      ...kill.map((index) => ({name: 'kill', run: () => lab.killed(seed + index)})),
    ])
  } finally {
    await lab.close()
  }
}

if (wanted('operators')) {
  const {OperatorRounds} = await import('./operators.js')
  const lab = await OperatorRounds.open()
  try {
    await play(times(given ?? 60).map((index) => ({name: 'operators', run: () => lab.round(seed + index)})))
  } finally {
    await lab.close()
  }
}

if (wanted('clean')) {
  const {CleanRounds} = await import('./clean.js')
  const lab = new CleanRounds()
  try {
    await play(times(given ?? 200).map((index) => ({name: 'clean', run: () => lab.round(seed + index)})))
  } finally {
    await lab.close()
  }
}

console.log(`${total - failed} passed, ${failed} failed, in ${((performance.now() - started) / 1000).toFixed(0)} s`)
process.exitCode = failed > 0 ? 1 : 0
