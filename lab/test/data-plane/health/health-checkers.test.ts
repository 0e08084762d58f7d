import type {HealthCheckConfig} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import {HealthCheck} from '../../../src/data-plane/health/health-check.js'
import {HealthCheckers} from '../../../src/data-plane/health/health-checkers.js'
import {sendJson} from '../../../src/data-plane/http.js'
import {metricsOf} from '../../../src/metrics.js'
import {eventually} from '../../support/lab-data-plane.js'
import {testLab, type TestLab} from '../../wire/support.js'
import {record, zonesOf} from '../dns/records.js'

const API = 'h.execute-api.us-east-2.amazonaws.com'
const EDGE = 'd1.cloudfront.net'

describe('the health checkers of a lab', () => {
  let test: TestLab
  let checkers: HealthCheckers
  let count: number

  beforeEach(async () => {
    count = 0
    test = await testLab()
    const zones = zonesOf({'example.com.': [record('www.example.com.', 'CNAME', [API])]})
    checkers = new HealthCheckers(test.lab, zones)
    for (const [name, region] of [
      [API, 'us-east-2'],
      [EDGE, undefined],
    ] as const) {
      const serve = (hostname: string): boolean => hostname === 'www.example.com'
      const listener = await test.lab.ports.http(region, name, (_, response) => sendJson(response, 200, {}), serve)
      test.lab.hosts.register(name, region, listener.port)
    }
  })

  afterEach(() => test.close())

  const started = (FullyQualifiedDomainName: string, more: Partial<HealthCheckConfig> = {}): HealthCheck => {
    const config = {Type: 'HTTPS' as const, FullyQualifiedDomainName, RequestInterval: 10, FailureThreshold: 1, ...more}
    const check = new HealthCheck(`check-${count++}`, 'ref', config, undefined)
    checkers.start(check)
    return check
  }

  const seen = async (check: HealthCheck): Promise<string> => {
    await eventually('a look', () => check.seen !== undefined)
    return check.seen!.text.split(':', 1)[0]!
  }

  it('reach what AWS serves on the Internet: HTTPS everywhere, HTTP at the edge only', async () => {
    expect(await seen(started(API))).to.equal('Success')
    expect(await seen(started(API, {Type: 'TCP', Port: 443}))).to.equal('Success')
    expect(await seen(started(API, {Type: 'HTTP'}))).to.equal('Failure')
    expect(await seen(started(API, {Port: 8443}))).to.equal('Failure')
    expect(await seen(started(EDGE, {Type: 'HTTP'}))).to.equal('Success')
    expect(await seen(started('nobody.example.com'))).to.equal('Failure')
  })

  it('follow a record of a zone of the lab, and ask by the name that they were given', async () => {
    expect(await seen(started('www.example.com'))).to.equal('Success')
  })

  it('go on at their interval, and report to CloudWatch in us-east-1', async () => {
    const check = started(API)
    const status = () =>
      metricsOf(test.lab)
        .find('us-east-1', 'AWS/Route53', 'HealthCheckStatus', {HealthCheckId: check.id})
        ?.kept('seconds')
        .at(-1)
    await eventually('the first look', () => status() !== undefined)
    expect(status()).to.include({max: 1})
    await test.lab.faults.start({kind: 'region-loss', region: 'us-east-2'})
    await eventually('the loss', () => !checkers.isHealthy(check.id))
    await eventually('its report', () => status()!.min === 0)
    await test.lab.faults.lift({kind: 'region-loss', region: 'us-east-2'})
    await eventually('the return', () => checkers.isHealthy(check.id))
  })

  it('look anew at a check that has changed, and no more at one that was removed', async () => {
    const check = started(API, {RequestInterval: 30})
    await seen(check)
    check.config = {...check.config, FullyQualifiedDomainName: 'nobody.example.com'}
    checkers.start(check)
    await eventually('the change', () => !checkers.isHealthy(check.id))
    checkers.remove(check.id)
    check.seen = undefined
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(check.seen).to.equal(undefined)
  })

  it('call a check unhealthy that there is not', () => {
    expect(checkers.isHealthy('nobody')).to.equal(false)
  })
})
