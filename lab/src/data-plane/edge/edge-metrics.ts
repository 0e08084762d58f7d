import {GLOBAL_CONTROL_REGION, type Lab} from '../../kernel.js'
import {metricsOf, type Series, type Unit} from '../../metrics.js'

/**
 * AWS/CloudFront's metrics of one distribution, which are in us-east-1 alone. Names, units and dimensions: "Types of metrics for
 * CloudFront", CloudFront developer guide. A rate is the share of requests, in percent.
 */
export class EdgeMetrics {
  private readonly requests: Series
  private readonly rates: [series: Series, counts: (status: number) => boolean][]

  constructor(lab: Lab, DistributionId: string) {
    const dimensions = {DistributionId, Region: 'Global'}
    const series = (name: string, unit: Unit): Series =>
      metricsOf(lab).series(GLOBAL_CONTROL_REGION, 'AWS/CloudFront', name, dimensions, unit)
    this.requests = series('Requests', 'None')
    this.rates = [
      [series('4xxErrorRate', 'Percent'), (status) => status >= 400 && status < 500],
      [series('5xxErrorRate', 'Percent'), (status) => status >= 500],
      [series('TotalErrorRate', 'Percent'), (status) => status >= 400],
    ]
  }

  add(status: number): void {
    this.requests.add(1)
    for (const [series, counts] of this.rates) series.add(counts(status) ? 100 : 0)
  }
}
