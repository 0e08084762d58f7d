/** The queries of GetMetricData, which alarms on metric math have too. */

import type {MetricDataQuery} from '@aws-sdk/client-cloudwatch'

import {fault, type Lab} from '../../kernel.js'
import {own} from '../../own.js'
import {evaluate} from './expression.js'
import {periodMs, periodsOf, statisticOf, type Point, type Span} from './periods.js'

/** The lines of queries, each found when it is first asked for. Oldest first. */
export class Queries {
  private readonly byId: Record<string, MetricDataQuery>
  private readonly found = new Map<string, readonly Point[]>()
  private readonly open = new Set<string>()

  constructor(
    private readonly lab: Lab,
    private readonly region: string,
    private readonly queries: readonly MetricDataQuery[],
    private readonly span: Span,
    /** See `periodsOf`. */
    private readonly phase = 0,
  ) {
    this.byId = Object.fromEntries(queries.map((query) => [query.Id ?? '', query]))
    if (Object.keys(this.byId).length < queries.length)
      throw fault('ValidationError', 'The values for parameter id in MetricDataQueries are not unique.')
  }

  line(id: string): readonly Point[] {
    const query = own(this.byId, id)
    if (!query) throw fault('ValidationError', `Error in expression: ${id} is not the id of a query.`)
    if (this.open.has(id)) throw fault('ValidationError', `Error in expression: ${id} refers to itself.`)
    this.open.add(id)
    const line = this.found.get(id) ?? this.read(query)
    this.open.delete(id)
    this.found.set(id, line)
    return line
  }

  /** Seconds; the one period that all metrics of an expression have. */
  get period(): number {
    return this.queries.map(({MetricStat, Period}) => MetricStat?.Period ?? Period ?? 0).find((one) => one > 0) ?? 60
  }

  private read({MetricStat, Expression}: MetricDataQuery): readonly Point[] {
    if (Expression) {
      const metrics = this.queries.filter((query) => query.MetricStat).map(({Id = ''}) => Id)
      return evaluate(Expression, {
        value: (id) => (own(this.byId, id) ? this.line(id) : undefined),
        metrics,
        periods: () => this.periods(),
      })
    }

    if (!MetricStat) throw fault('ValidationError', 'A query must have either a MetricStat or an Expression.')
    const {Metric = {}, Period, Stat = '', Unit} = MetricStat
    const options = {unit: Unit, phase: this.phase}
    return periodsOf(this.lab, this.region, Metric, this.span, periodMs(Period), options).map((one) => ({
      at: one.start,
      value: statisticOf(Stat, one),
    }))
  }

  private periods(): number[] {
    const {from, to} = this.span
    const length = this.period * 1000
    const first = from - ((from - this.phase) % length)
    return Array.from({length: Math.ceil((to - first) / length)}, (_, index) => first + index * length)
  }
}
