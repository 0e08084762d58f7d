import {expect} from 'chai'
import {SCHEMAS} from '../../src/actions/health/result.js'
import {judge} from '../../src/actions/health/run.js'
import {healthJunit, healthLines, healthPrometheus} from '../../src/render/health.js'
import {golden} from '../support/golden.js'
import {side, wellLook} from '../support/looks.js'
import {AWAY, no, yes} from '../support/observations.js'

const ill = judge(
  'lab "one"',
  wellLook({
    away: side(AWAY, {engineVersion: '8.0.<old> & "odd"', capacity: {min: 0, max: 8}}),
    homeLook: {token: no('the user pool in us-east-1: no answer within 3 s')},
    lease: yes({owner: 'mia\u001B[2J', secondsLeft: 4}),
  }),
)

describe('health, shown', () => {
  it('health: puts first what has to be done, with what it costs', () => {
    golden('health/report.txt', `${healthLines(ill).join('\n')}\n`)
  })

  it('health: the result is as its schema says', () => {
    expect(SCHEMAS.health.parse(ill)).to.deep.equal(ill)
  })

  it('health: JUnit has a case for each finding, and nothing breaks out of its text', () => {
    const xml = healthJunit(ill)
    golden('health/report.xml', xml)
    expect(xml.match(/<testcase /g)).to.have.length(ill.findings.length)
    expect(xml.match(/<failure /g)).to.have.length(ill.counts.problem)
    expect(xml.match(/<error /g)).to.have.length(ill.counts.unknown)
    // eslint-disable-next-line no-control-regex
    expect(xml).not.to.match(/\u001B|<old>/)
  })

  it('health: Prometheus text has HELP and TYPE before its samples, and each series once', () => {
    const text = healthPrometheus(ill)
    golden('health/report.prom', text)
    const series = new Set<string>()
    const typed = new Set<string>()
    for (const line of text.trimEnd().split('\n')) {
      const [, type] = /^# TYPE (\w+) gauge$/.exec(line) ?? []
      if (type) typed.add(type)
      if (line.startsWith('#')) continue
      const [, name, labels] = /^(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)+)\} -?[\d.]+$/.exec(line) ?? []
      expect(name, line).not.to.equal(undefined)
      expect(typed.has(name!), line).to.equal(true)
      expect(series.has(`${name}{${labels}}`), line).to.equal(false)
      series.add(`${name}{${labels}}`)
    }
  })
})
