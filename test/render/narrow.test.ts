import {expect} from 'chai'
import stringWidth from 'fast-string-width'
import fc from 'fast-check'
import type {Finding} from '../../src/model/finding.js'
import type {Estimate} from '../../src/actions/init/result.js'
import {statusOf} from '../../src/actions/status/run.js'
import {diagnose} from '../../src/diagnose.js'
import {costTable} from '../../src/render/cost.js'
import {findingLines} from '../../src/render/findings.js'
import {labLines, labTable} from '../../src/render/lab.js'
import {statusTable} from '../../src/render/status.js'
import {widthOf} from '../../src/render/width.js'
import {columns, pairs} from '../../src/report/columns.js'
import {summaryText} from '../../src/report/text.js'
import type {LabStatus} from '../../src/ports/lab-admin.js'
import {AWAY, healthy, HOME} from '../support/observations.js'
import {result} from '../support/result.js'

const ESTIMATE: Estimate = {
  items: [
    {
      item: 'CloudFront, API Gateway, Lambda',
      basis: 'nothing when idle; about $4.60 per million requests',
      home: 12.5,
      away: 0,
    },
  ],
  home: 12.5,
  away: 0,
  total: 12.5,
  remarks: ['list prices of us-east-1 as of 2026-01-01, without data transfer, support and taxes'],
} as Estimate

const LAB: LabStatus = {
  schemaVersion: 1,
  name: 'default',
  endpoint: 'http://127.0.0.1:40123',
  credentialsFile: `/home/${'somebody/'.repeat(8)}credentials`,
  edgeUrl: 'http://d111111abcdef8.cloudfront.net.localhost:40123',
  regions: [HOME, AWAY].map((region) => ({
    region,
    role: 'primary',
    apiUrl: `http://abcdef0123.execute-api.${region}.localhost:40123/prod`,
    tokenUrl: `http://login.${region}.localhost:40123/oauth2/token`,
    database: {host: '127.0.0.1', port: 40_124, user: 'admin', passwordFile: '/tmp/password', name: 'todo'},
    pids: Array.from({length: 20}, (_, index) => 17_672 + index),
  })),
  home: HOME,
  away: AWAY,
  profile: 'instant',
  pid: 17_671,
  dns: {host: '127.0.0.1', port: 40_125},
  gitUrl: 'http://lab@127.0.0.1:40123/_git/',
  hosts: [],
  faults: [{kind: 'region-loss', region: HOME, mode: 'hang', startedAt: 0}],
  lagMs: 300,
}

describe('a narrow terminal', () => {
  const table = [
    ['REGION', 'ROLE', 'DATABASE', 'NOTE'],
    ['us-east-1', 'primary', 'available', 'takes writes and has done so since the last switch'],
    ['us-east-2', 'standby', 'available', ''],
  ]

  it('field report F: has the last column of a table broken at words', () => {
    expect(columns(table, 60)).to.deep.equal([
      'REGION     ROLE     DATABASE   NOTE',
      'us-east-1  primary  available  takes writes and has done so',
      '                               since the last switch',
      'us-east-2  standby  available',
    ])
  })

  it('field report F: has a block for each row where that is not enough', () => {
    expect(columns(table, 36)).to.deep.equal([
      'us-east-1',
      '  ROLE      primary',
      '  DATABASE  available',
      '  NOTE      takes writes and has',
      '            done so since the last',
      '            switch',
      'us-east-2',
      '  ROLE      standby',
      '  DATABASE  available',
    ])
  })

  it('field report F: is never overrun but by a single word, and loses none (property)', () => {
    const word = fc.string({unit: fc.constantFrom('a', 'b', '漢', '👍', '-'), minLength: 1, maxLength: 30})
    const cell = fc.array(word, {maxLength: 8}).map((words) => words.join(' '))
    const rows = fc.array(fc.tuple(word, cell, cell), {minLength: 1, maxLength: 4})
    fc.assert(
      fc.property(rows, fc.integer({min: 24, max: 100}), (cells, width) => {
        const given = [['NAME', 'ONE', 'TWO'], ...cells]
        const lines = columns(given, width)
        const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean)
        const shown = wordsOf(lines.join(' ')).sort()
        for (const one of wordsOf(cells.flat().join(' '))) expect(shown).to.include(one)
        for (const line of lines) if (stringWidth(line) > width) expect(wordsOf(line).length, line).to.be.at.most(2)
      }),
    )
  })

  it('field report F: fits all tables, as they are, into 60 columns, and cuts no command', () => {
    const lost = Array.from({length: 7}, (_, index) => ({
      requestId: `0123456789abcdef0123456789ab-${index}`,
      acknowledgedAt: '2026-01-02T03:04:05.006Z',
    }))
    const findings: Finding[] = [
      {
        check: 'credentials',
        region: 'ap-northeast-1',
        level: 'ok',
        text: `of the role ${'and so on '.repeat(9)}`,
        remedy: null,
      },
      {
        check: 'disk',
        region: null,
        level: 'warning',
        text: 'full',
        remedy: 'aws s3 rb --force s3://a-bucket --region us-east-2',
      },
    ]
    const observation = healthy()
    const shown: Record<string, (width?: number) => string[]> = {
      status: (width) => statusTable(statusOf('lab', observation, diagnose(observation)), width).split('\n'),
      doctor: (width) => findingLines(findings, width),
      'lab list': (width) =>
        labTable([{name: 'n'.repeat(30), pid: 1, endpoint: 'http://127.0.0.1:40123', ready: true}], width),
      'lab status': (width) => labLines(LAB, '/v1', width),
      init: (width) => costTable(ESTIMATE, {home: HOME, away: AWAY}, width).split('\n'),
      drill: (width) => summaryText(result({rpo: {...result().rpo, lost, lostCount: 7}}), [], {width}),
      'crud get': (width) =>
        pairs(
          [
            ['id', '1'],
            ['task', 'buy milk and bread '.repeat(9)],
          ],
          width,
        ),
    }
    for (const [command, lines] of Object.entries(shown)) {
      expect(Math.max(...lines().map((line) => stringWidth(line))), command).to.be.greaterThan(60)
      const pasted = /->|todo-dr |The record is in/
      for (const line of lines(60))
        if (stringWidth(line) > 60 && !pasted.test(line))
          expect(line.trim().split(/\s+/).length, `${command}: ${line}`).to.be.at.most(2)
      const words = (some: string[]): string[] => some.join(' ').split(/\s+/)
      for (const word of words(lines()))
        if (word !== word.toUpperCase() && word !== 'lab') expect(words(lines(60)), command).to.include(word)
      for (const line of lines())
        if (/->/.test(line)) expect(lines(60).map((one) => one.trim())).to.include(line.trim())
    }
  })

  it('field report F: is as wide as the terminal says, or COLUMNS where there is none', () => {
    expect(widthOf({columns: 60}, {COLUMNS: '90'})).to.equal(60)
    expect(widthOf({}, {COLUMNS: '90'})).to.equal(90)
    for (const COLUMNS of [undefined, '', '0', '-5', 'wide', '1e3']) expect(widthOf({}, {COLUMNS})).to.equal(undefined)
  })
})
