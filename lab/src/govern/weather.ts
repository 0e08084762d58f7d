/** What befalls calls: what a long run meets on AWS, and who calls must bear. */

import {fault, type Forecast, type ServiceFault} from '../kernel.js'
import type {Protocol, Refusal, ServiceApi} from '../service.js'
import {Random} from './random.js'

/** `reset`: the call is carried out, and then its connection is. */
export type Strike = 'throttle' | 'error' | 'lost-answer' | 'slow' | 'reset'

/** The call was carried out; who made it never hears so. */
export class AnswerLost extends Error {}

/** Operations that AWS names so change nothing. */
const READS = /^(BatchGet|Describe|Get|Head|List|Query|Scan|Simulate)/

export class Weather {
  private random: Random

  constructor(public forecast: Forecast) {
    this.random = new Random(forecast.seed)
  }

  set(forecast: Forecast): void {
    this.forecast = forecast
    this.random = new Random(forecast.seed)
  }

  /** What befalls the next call, if anything. */
  next(operation: string): Strike | undefined {
    const {throttleRate, errorRate, slowRate, lostRate} = this.forecast
    if (throttleRate + errorRate > 0) {
      const drawn = this.random.next()
      if (drawn < throttleRate) return 'throttle'
      if (drawn < throttleRate + errorRate) return this.random.next() < 0.5 ? 'error' : 'lost-answer'
    }

    const [rate, strike] = READS.test(operation) ? ([slowRate, 'slow'] as const) : ([lostRate, 'reset'] as const)
    return rate > 0 && this.random.next() < rate ? strike : undefined
  }
}

/** The service's own word for it, or the one that most have. */
export const throttle = ({throttle: own}: ServiceApi, protocol: Protocol): ServiceFault =>
  own ? refused(own) : fault(isXml(protocol) ? 'Throttling' : 'ThrottlingException', 'Rate exceeded', 400)

export const internalFailure = ({failure: own}: ServiceApi): ServiceFault =>
  own ? refused(own) : fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500)

const refused = ({code, message, status}: Refusal): ServiceFault => fault(code, message, status)

const isXml = (protocol: Protocol): boolean => ['query', 'ec2', 'restXml'].includes(protocol)
