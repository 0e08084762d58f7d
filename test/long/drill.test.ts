/** A drill that a signal ends: nothing that it has measured is lost. */

import {expect} from 'chai'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {INTERRUPTED} from '../../src/measure/measure-switch.js'
import {Sandbox} from '../support/cli.js'

describe('a drill that is interrupted', function () {
  this.timeout(300_000)
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  for (const [signal, at, known] of [
    ['SIGINT', /start: Detect the outage/, /^UNKNOWN /m],
    ['SIGTERM', /start: Fail back/, /^PASSED .*/m],
  ] as const)
    it(`field report F: says that ${signal} has interrupted it, and keeps its verdict and its report`, async () => {
      const child = sandbox.start(['drill'])
      let [said, told] = ['', '']
      child.stdout!.on('data', (chunk: Buffer) => (told += chunk.toString()))
      child.stderr!.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (at.test(said) && !said.includes('stopping')) child.kill(signal)
      })
      const [code] = (await once(child, 'close')) as [number]
      expect(code, said).to.equal(130)
      expect(told).to.match(known).and.to.contain(`Note: ${INTERRUPTED}`)
      const [, page] = /^report: (.+)$/m.exec(said) ?? []
      const [, folder] = /^warning: The drill was interrupted\. Its record is in (.+)$/m.exec(said) ?? []
      expect(page, said).to.equal(join(folder!, 'report.html'))
      expect(existsSync(page!)).to.equal(true)
      expect(sandbox.left('state/todo-dr/labs')).to.deep.equal([])
    })
})
