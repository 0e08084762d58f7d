/**
 * `npm run soak -- [--only drill|deploy] [--rounds N] [--seed S]`: the long runs. By default 100 drills, 50 rounds of deploy
 * and teardown in bad weather, and 20 in which the program is killed. What fails is told with its seed.
 */

import {parseArgs} from 'node:util'

const {values} = parseArgs({
  options: {only: {type: 'string'}, rounds: {type: 'string'}, seed: {type: 'string'}},
})
const {only} = values
const given = values.rounds === undefined ? undefined : Number(values.rounds)
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
if (![given ?? 1, seed].every((value) => Number.isInteger(value) && value >= 0) || given === 0)
  throw new RangeError('--rounds and --seed are whole numbers')
if (only !== undefined && only !== 'drill' && only !== 'deploy') throw new RangeError('--only is drill or deploy')

const started = performance.now()
let total = 0
let failed = 0

if (only !== 'deploy') {
  const {drillRounds} = await import('./drill.js')
  const rounds = given ?? 100
  total += rounds
  failed += await drillRounds(rounds, seed)
}

if (only !== 'drill') {
  const kinds = [
    ...Array.from({length: given ?? 50}, () => 'weather'),
    ...Array.from({length: given ?? 20}, () => 'kill'),
  ]
  const {DeployRounds} = await import('./deploy.js')
  const lab = await DeployRounds.open()
  try {
    for (const [index, kind] of kinds.entries()) {
      const since = performance.now()
      const name = `${kind} ${index + 1}/${kinds.length}  seed ${seed + index}`
      try {
        const says = await (kind === 'kill' ? lab.killed(seed + index) : lab.inBadWeather(seed + index))
        console.log(`${name}  clean  ${says}  (${((performance.now() - since) / 1000).toFixed(1)} s)`)
      } catch (error) {
        failed++
        console.log(`${name}  FAILED  ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    await lab.close()
  }

  total += kinds.length
}

console.log(`${total - failed} passed, ${failed} failed, in ${((performance.now() - started) / 1000).toFixed(0)} s`)
process.exitCode = failed > 0 ? 1 : 0
