/** Throttles and errors at a rate: what a long run meets on AWS, and a retry must bear. */

import {fault, type ServiceFault} from '../kernel.js'
import type {Protocol, Refusal, ServiceApi} from '../service.js'

export interface Forecast {
  /** Of all calls, 0 to 1. */
  throttleRate: number
  /** Of all calls, 0 to 1; half of them have acted before the answer is lost. */
  errorRate: number
  /** The same seed and the same order of calls give the same weather. */
  seed: number
}

export type Strike = 'throttle' | 'error' | 'lost-answer'

export class Weather {
  forecast: Forecast = {throttleRate: 0, errorRate: 0, seed: 1}
  private state = 1

  set(forecast: Forecast): void {
    this.forecast = forecast
    this.state = forecast.seed
  }

  /** What befalls the next call, if anything. */
  next(): Strike | undefined {
    const {throttleRate, errorRate} = this.forecast
    if (throttleRate + errorRate === 0) return undefined
    const drawn = this.draw()
    if (drawn < throttleRate) return 'throttle'
    if (drawn >= throttleRate + errorRate) return undefined
    return this.draw() < 0.5 ? 'error' : 'lost-answer'
  }

  /** mulberry32, 0 up to 1. */
  private draw(): number {
    this.state = Math.imul(this.state + 0x6d_2b_79_f5, 1)
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The service's own word for it, or the one that most have. */
export const throttle = ({throttle: own}: ServiceApi, protocol: Protocol): ServiceFault =>
  own ? refused(own) : fault(isXml(protocol) ? 'Throttling' : 'ThrottlingException', 'Rate exceeded', 400)

export const internalFailure = ({failure: own}: ServiceApi): ServiceFault =>
  own ? refused(own) : fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500)

const refused = ({code, message, status}: Refusal): ServiceFault => fault(code, message, status)

const isXml = (protocol: Protocol): boolean => ['query', 'ec2', 'restXml'].includes(protocol)
