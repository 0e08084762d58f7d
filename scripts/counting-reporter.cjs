// Mocha's spec reporter that also leaves its counts in a file, so that several runs can be added up, and with each skipped test the
// reason that test/support/skip.ts has written into its title: null where there is none.
const {writeFileSync} = require('node:fs')
const {reporters} = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const skipped = []
    runner.on('pending', (test) => {
      const [title, reason = null] = test.fullTitle().split(/ \(skipped: (.*)\)$/)
      skipped.push({title, reason})
    })
    runner.once('end', () => {
      const {passes, failures} = runner.stats
      writeFileSync(options.reporterOptions.output, JSON.stringify({passes, failures, skipped}))
    })
  }
}
