/** Compares a text with the file that holds what it is to be. UPDATE_GOLDEN=1 writes the files anew. */

import {expect} from 'chai'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {ROOT} from './cli.js'

export function golden(name: string, text: string): void {
  const file = join(ROOT, 'test/golden', name)
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, text)
  }

  expect(text).to.equal(readFileSync(file, 'utf8'))
}
