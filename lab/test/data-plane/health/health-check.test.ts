import type {HealthCheckConfig} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import type {Endpoint} from '../../../src/data-plane/health/endpoint.js'
import {HealthCheck, type Outlook} from '../../../src/data-plane/health/health-check.js'
import type {WatchedMetric} from '../../../src/kernel.js'

const WATCHED = {} as WatchedMetric

describe('a health check', () => {
  let passes: boolean
  let breached: boolean | undefined
  let children: Record<string, boolean>
  let asked: [Endpoint, number][]
  const outlook: Outlook = {
    async look(endpoint, port) {
      asked.push([endpoint, port])
      return {healthy: passes, text: String(passes)}
    },
    isBreached: () => breached,
    isHealthy: (id) => children[id] ?? false,
    isOn: () => passes,
  }

  beforeEach(() => {
    passes = true
    breached = false
    children = {}
    asked = []
  })

  const made = (config: HealthCheckConfig, watched?: WatchedMetric) => new HealthCheck('id', 'ref', config, watched)
  const look = async (check: HealthCheck, times = 1): Promise<boolean> => {
    for (let time = 0; time < times; time++) await check.check(outlook, () => 0)
    return check.isHealthy(outlook)
  }

  const ENDPOINT: HealthCheckConfig = {Type: 'HTTPS', FullyQualifiedDomainName: 'api.example.com', FailureThreshold: 2}

  it('turns after so many looks in a row, in both directions', async () => {
    const check = made(ENDPOINT)
    passes = false
    expect([await look(check), await look(check)]).to.deep.equal([true, false])
    passes = true
    expect([await look(check), await look(check)]).to.deep.equal([false, true])
    passes = false
    await look(check)
    passes = true
    await look(check)
    passes = false
    expect([await look(check), await look(check)]).to.deep.equal([true, false])
  })

  it('takes nothing from a look at what it named before', async () => {
    const check = made({...ENDPOINT, FailureThreshold: 1})
    passes = false
    const looking = check.check(outlook, () => 0)
    check.config = {...check.config, FullyQualifiedDomainName: 'other.example.com'}
    await looking
    expect(check.isHealthy(outlook)).to.equal(true)
  })

  it('asks the endpoint that it names', async () => {
    await look(made({...ENDPOINT, ResourcePath: 'prod/health'}))
    await look(made({Type: 'HTTP_STR_MATCH', FullyQualifiedDomainName: 'x.net', SearchString: 'ok', Port: 8080}))
    await look(made({Type: 'TCP', FullyQualifiedDomainName: 'x.net', Port: 443}))
    expect(asked).to.deep.equal([
      [{id: 'id', scheme: 'HTTPS', hostname: 'api.example.com', path: '/prod/health', searchString: undefined}, 443],
      [{id: 'id', scheme: 'HTTP', hostname: 'x.net', path: '/', searchString: 'ok'}, 8080],
      [{id: 'id', scheme: 'TCP', hostname: 'x.net', path: '/', searchString: undefined}, 443],
    ])
  })

  it('can be inverted, and disabled: a disabled one passes', async () => {
    const inverted = made({...ENDPOINT, Inverted: true})
    expect(inverted.isHealthy(outlook)).to.equal(false)
    passes = false
    expect(await look(inverted, 2)).to.equal(true)
    expect(await look(made({...ENDPOINT, Disabled: true}), 3)).to.equal(true)
    expect(await look(made({...ENDPOINT, Disabled: true, Inverted: true}), 3)).to.equal(false)
  })

  it('counts the healthy children of a calculated one', () => {
    children = {a: true, b: false, c: true}
    const healthy = (HealthThreshold: number): boolean =>
      made({Type: 'CALCULATED', ChildHealthChecks: ['a', 'b', 'c'], HealthThreshold}).isHealthy(outlook)
    expect([0, 2, 3, 4].map((threshold) => healthy(threshold))).to.deep.equal([true, true, false, false])
  })

  describe('of a metric', () => {
    const METRIC: HealthCheckConfig = {Type: 'CLOUDWATCH_METRIC', AlarmIdentifier: {Name: 'a', Region: 'us-east-2'}}
    const insufficient = (InsufficientDataHealthStatus?: HealthCheckConfig['InsufficientDataHealthStatus']) =>
      made({...METRIC, InsufficientDataHealthStatus}, WATCHED)

    it('follows what its data say', async () => {
      const check = insufficient()
      expect(await look(check)).to.equal(true)
      breached = true
      expect(await look(check)).to.equal(false)
      breached = false
      expect(await look(check)).to.equal(true)
    })

    it('goes by its setting where they do not suffice', async () => {
      breached = undefined
      expect(await look(insufficient('Healthy'))).to.equal(true)
      expect(await look(insufficient('Unhealthy'))).to.equal(false)
      expect(await look(insufficient('LastKnownStatus')), 'a new one').to.equal(true)
      for (const setting of ['LastKnownStatus', undefined] as const) {
        const check = insufficient(setting)
        breached = true
        await look(check)
        breached = undefined
        expect(await look(check), setting).to.equal(false)
      }
    })
  })
})
