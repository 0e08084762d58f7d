import {DeployRounds} from '../soak/deploy.js'

/** A sample of `npm run soak -- --only deploy`. */
describe('deploy and teardown, again and again', function () {
  this.timeout(240_000)
  let rounds: DeployRounds

  before(async () => {
    rounds = await DeployRounds.open()
  })

  after(() => rounds?.close())

  it('ends with nothing left while AWS throttles and fails', () => rounds.inBadWeather(1))

  for (const seed of [1, 2]) {
    it(`ends with nothing left after being killed, seed ${seed}`, () => rounds.killed(seed))
  }

  it('takes the bootstrap stacks of CDK along when it is told to', () => rounds.toolkitGoes())
})
