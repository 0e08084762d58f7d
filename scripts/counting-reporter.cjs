// Mocha's spec reporter that also leaves in a file, so that several runs can be added up, how many tests passed, the title and the
// message of each that failed in a line, since of a long log often only the end remains, and with each skipped test its file and the
// reason that test/support/skip.ts has written into its title: null where there is none.
const {writeFileSync} = require('node:fs')
const {relative} = require('node:path')
const {reporters} = require('mocha')

/** Characters of a message: what was expected stands at its beginning, and why it went wrong most often at its end. */
const BEGINNING = 400
const END = 800

const shortened = (text) =>
  text.length <= BEGINNING + END ? text : `${text.slice(0, BEGINNING)} … ${text.slice(-END)}`

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const skipped = []
    const failures = []
    runner.on('fail', (test, error) =>
      failures.push(`${test.fullTitle()}: ${shortened(String(error.message).replace(/\s+/g, ' '))}`),
    )
    runner.on('pending', (test) => {
      const [title, reason = null] = test.fullTitle().split(/ \(skipped: (.*)\)$/)
      skipped.push({title, reason, file: relative('', test.file)})
    })
    runner.once('end', () => {
      writeFileSync(options.reporterOptions.output, JSON.stringify({passed: runner.stats.passes, failures, skipped}))
    })
  }
}
