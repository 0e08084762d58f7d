import {readFile} from 'node:fs/promises'
import {expect} from 'chai'
import {resourcesPage} from '../../src/aws/page.js'

const PAGE = new URL('../../../docs/lab-resources.md', import.meta.url)

describe('docs/lab-resources.md', () => {
  it('is what the tables say (npm run generate writes it)', async () => {
    expect(await readFile(PAGE, 'utf8')).equal(resourcesPage())
  })
})
