/** Compares a text with the file that holds what it is to be. UPDATE_GOLDEN=1 writes the files anew. */

import {expect} from 'chai'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {ROOT} from './cli.js'

export const golden = (name: string, text: string): void => heldEqual(join('test/golden', name), text)

/** The same of a file of the tree, such as a page of the docs that is written by a test. */
export function heldEqual(path: string, text: string): void {
  const file = join(ROOT, path)
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, text)
  }

  expect(text).to.equal(readFileSync(file, 'utf8'))
}
