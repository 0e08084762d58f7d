import type {Lab} from '../../kernel.js'
import {metricsOf, type Dimensions, type Series, type Unit} from '../../metrics.js'

/**
 * AWS/Lambda's metrics of one function and, without a dimension, of all functions of its region. Names, units and what counts:
 * "Types of metrics for Lambda functions", Lambda developer guide. A call is counted at the time of its invocation; a throttled one is
 * no invocation. `Errors` and `Throttles` are 0 for every other call, so that a rate can be had of them.
 */
export class InvocationMetrics {
  private readonly invocations: Series[]
  private readonly errors: Series[]
  private readonly throttles: Series[]
  private readonly durations: Series[]
  private readonly concurrent: {own: Series; all: Series}

  constructor(lab: Lab, region: string, FunctionName: string) {
    const sets: Dimensions[] = [{FunctionName}, {}]
    const series = (name: string, unit: Unit): Series[] =>
      sets.map((dimensions) => metricsOf(lab).series(region, 'AWS/Lambda', name, dimensions, unit))
    this.invocations = series('Invocations', 'Count')
    this.errors = series('Errors', 'Count')
    this.throttles = series('Throttles', 'Count')
    this.durations = series('Duration', 'Milliseconds')
    const [own, all] = series('ConcurrentExecutions', 'Count')
    this.concurrent = {own: own!, all: all!}
  }

  /** With it, so many calls of the function and of its region are in flight. */
  begun(own: number, all: number): void {
    this.concurrent.own.add(own)
    this.concurrent.all.add(all)
    for (const series of this.throttles) series.add(0)
  }

  throttled(): void {
    for (const series of this.throttles) series.add(1)
  }

  /** `at`: of the invocation, epoch milliseconds. `durationMs` is missing where the handler never began. */
  ended(at: number, failed: boolean, durationMs: number | undefined): void {
    for (const series of this.invocations) series.add(1, at)
    for (const series of this.errors) series.add(failed ? 1 : 0, at)
    if (durationMs !== undefined) for (const series of this.durations) series.add(durationMs, at)
  }
}
