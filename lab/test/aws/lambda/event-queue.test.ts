import {mock} from 'node:test'

import {expect} from 'chai'

import {EventQueue} from '../../../src/aws/lambda/event-queue.js'
import {Throttled} from '../../../src/data-plane/lambda/invocation.js'

const MINUTE = 60_000
const DEFAULTS = {maxAgeMs: 360 * MINUTE, retries: 2}

describe('asynchronous invocations', () => {
  let queue: EventQueue
  let attempts: number

  beforeEach(() => {
    mock.timers.enable({apis: ['setTimeout', 'Date']})
    queue = new EventQueue(() => undefined)
    attempts = 0
  })

  afterEach(() => mock.timers.reset())

  const throttled = async (): Promise<never> => {
    attempts++
    throw new Throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
  }
  const failing = async () => {
    attempts++
    return {functionError: 'Unhandled', payload: Buffer.from('{}'), logTail: ''} as never
  }
  /** In steps, so that each attempt ends before the next is due. */
  const pass = async (minutes: number): Promise<void> => {
    for (let second = 0; second <= minutes * 60; second++) {
      await new Promise((resolve) => setImmediate(resolve))
      mock.timers.tick(1000)
    }
  }

  it('are tried again for six hours where the function is throttled, and twice where it fails', async () => {
    queue.add('us-east-1', 'fenced', DEFAULTS, throttled)
    await pass(5 * 60)
    const after5Hours = attempts
    expect(after5Hours).greaterThan(60)
    await pass(50)
    expect(attempts).greaterThan(after5Hours)
    const last = attempts
    await pass(60)
    expect(attempts - last).lessThan(4)
    attempts = 0
    queue.add('us-east-1', 'failing', DEFAULTS, failing)
    await pass(10)
    expect(attempts).equal(3)
  })

  it('end by what the function says of its events', async () => {
    queue.add('us-east-1', 'fenced', {maxAgeMs: MINUTE, retries: 0}, throttled)
    await pass(30)
    // At once, and 1, 3, 7, 15 and 31 seconds later.
    expect(attempts).equal(6)
    attempts = 0
    queue.add('us-east-1', 'failing', {maxAgeMs: MINUTE, retries: 0}, failing)
    await pass(10)
    expect(attempts).equal(1)
  })
})
