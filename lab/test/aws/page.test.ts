import {readFile, writeFile} from 'node:fs/promises'
import {expect} from 'chai'
import {resourcesPage} from '../../src/aws/page.js'

const PAGE = new URL('../../../docs/lab-resources.md', import.meta.url)

describe('docs/lab-resources.md', () => {
  it('is what the tables say (UPDATE_DOCS=1 writes it)', async () => {
    if (process.env.UPDATE_DOCS) await writeFile(PAGE, resourcesPage())
    expect(await readFile(PAGE, 'utf8')).equal(resourcesPage())
  })
})
