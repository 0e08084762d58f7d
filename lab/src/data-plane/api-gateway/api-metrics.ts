import type {Lab} from '../../kernel.js'
import {metricsOf, type Dimensions, type Series} from '../../metrics.js'

interface Counters {
  count: Series
  clientErrors: Series
  serverErrors: Series
  latency: Series
}

/**
 * AWS/ApiGateway's metrics by ApiName, and by ApiName and Stage. Names, units and what counts: "Amazon API Gateway dimensions and
 * metrics", API Gateway developer guide. `4XXError` and `5XXError` are 0 or 1 for each request: their average is the rate.
 */
export class ApiMetrics {
  /** By API name and stage: an API can be renamed. */
  private readonly counters = new Map<string, Counters[]>()

  constructor(
    private readonly lab: Lab,
    private readonly region: string,
  ) {}

  add(apiName: string, stage: string, status: number, latencyMs: number): void {
    for (const {count, clientErrors, serverErrors, latency} of this.of(apiName, stage)) {
      count.add(1)
      clientErrors.add(status >= 400 && status < 500 ? 1 : 0)
      serverErrors.add(status >= 500 ? 1 : 0)
      latency.add(latencyMs)
    }
  }

  private of(ApiName: string, Stage: string): Counters[] {
    const key = `${ApiName} ${Stage}`
    const sets: Dimensions[] = [{ApiName}, {ApiName, Stage}]
    const found = this.counters.get(key) ?? sets.map((dimensions) => this.made(dimensions))
    this.counters.set(key, found)
    return found
  }

  private made(dimensions: Dimensions): Counters {
    const series = (name: string, unit = 'Count'): Series =>
      metricsOf(this.lab).series(this.region, 'AWS/ApiGateway', name, dimensions, unit)
    return {
      count: series('Count'),
      clientErrors: series('4XXError'),
      serverErrors: series('5XXError'),
      latency: series('Latency', 'Milliseconds'),
    }
  }
}
