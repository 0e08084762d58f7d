import {CleanRounds} from '../soak/clean.js'
import {DeployRounds} from '../soak/deploy.js'
import {OperatorRounds} from '../soak/operators.js'

/** A sample of `npm run soak -- --only deploy`. */
describe('deploy and teardown, again and again', function () {
  this.timeout(480_000)
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

/** A sample of `npm run soak -- --only operators`: one of them loses the region, one is killed, in one somebody clicks in the console. */
describe('two operators who do not know of each other', function () {
  this.timeout(600_000)
  let rounds: OperatorRounds

  before(async () => {
    rounds = await OperatorRounds.open()
  })

  after(() => rounds?.close())

  for (const seed of [101, 107, 111])
    it(`lose nothing unnamed and leave nothing fenced, seed ${seed}`, () => rounds.round(seed))
})

/** A sample of `npm run soak -- --only clean`. */
describe('health and drift of a deployment that is well, under load', function () {
  this.timeout(300_000)
  const rounds = new CleanRounds()

  after(() => rounds.close())

  for (const when of [
    'before a failover',
    'after it',
    'some time after it',
    'after the failback',
    'some time after that',
  ])
    it(`say nothing ${when}`, () => rounds.round(1))
})
