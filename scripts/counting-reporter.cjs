// Mocha's spec reporter that also leaves its counts in a file, so that several runs can be added up.
const {writeFileSync} = require('node:fs')
const {reporters} = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const {passes, failures} = runner.stats
      writeFileSync(options.reporterOptions.output, JSON.stringify({passes, failures}))
    })
  }
}
