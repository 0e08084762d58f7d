import {expect} from 'chai'
import {mkdtemp, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {compactLedger, mergeLedger} from '../../src/measure/ledger-file.js'
import type {Gap} from '../../src/model/ledger.js'
import {history} from '../support/history.js'

describe('the ledger file', () => {
  const entries = history('..x?-')
  const intents = entries.map(({requestId, kind, scheduledAt, sentAt}) => ({requestId, kind, scheduledAt, sentAt}))
  const finished = entries.filter((entry) => entry.outcome !== undefined)

  it('merges intent and outcome lines, in whatever order they came', () => {
    expect(mergeLedger([...intents, ...finished])).to.deep.equal(entries)
    expect(mergeLedger([...finished, ...intents].reverse())).to.deep.equal(entries)
  })

  it('reads one line a probe as well', () => expect(mergeLedger(entries)).to.deep.equal(entries))

  it('has an unanswered probe where the outcome line is missing', () => {
    expect(mergeLedger(intents).every((entry) => entry.outcome === undefined)).to.equal(true)
  })

  it('passes over lines that are no probes', () => {
    expect(mergeLedger([null, 3, 'x', {}, {requestId: 'a'}, {...entries[0], kind: 'delete'}])).to.deep.equal([])
  })

  it('field report 15: is replaced by one line a probe and one a gap, readable by its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
    try {
      const gap: Gap = {
        notProbed: 'late',
        from: entries[0]!.scheduledAt + 1,
        to: entries[1]!.sentAt,
        writes: 1,
        reads: 2,
      }
      await compactLedger({folder}, [...intents, ...finished], [gap])
      const text = await readFile(join(folder, 'ledger.ndjson'), 'utf8')
      expect(
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).to.deep.equal([entries[0], gap, ...entries.slice(1)])
      expect((await stat(join(folder, 'ledger.ndjson'))).mode & 0o777).to.equal(0o600)
    } finally {
      await rm(folder, {recursive: true})
    }
  })
})
