import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {expect} from 'chai'
import {format, resolveConfig} from 'prettier'
import {resourcesPage} from '../../src/aws/page.js'

const PAGE = new URL('../../../docs/lab-resources.md', import.meta.url)

describe('docs/lab-resources.md', () => {
  it('is what the tables say (npm run generate writes it)', async () => {
    const style = await resolveConfig(fileURLToPath(PAGE))
    expect(await readFile(PAGE, 'utf8')).equal(await format(resourcesPage(), {...style, parser: 'markdown'}))
  })
})
