import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT} from './support/cli.js'

/** What a live credential looks like. */
const LIVE: Record<string, RegExp> = {
  'an access key': /\b(?:AKIA|ASIA)[\dA-Z]{16}\b/,
  'a signed token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}/,
  'a header of HTTP Basic': /\bBasic [\d+/A-Za-z]{24,}={0,2}/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'a session cookie': /XSRF-TOKEN=[\da-f-]{20,}/,
  'a secret access key': /(?:secret_?access_?key|client_?secret)["'\s:=]+[\d+/A-Za-z]{40,}/i,
}

/** Every text that somebody gets with the program, or with the repository's pages. */
const texts = execFileSync(
  'git',
  ['ls-files', '*.md', 'templates', 'infra-template', 'schemas', 'docs', 'bin', 'src', 'lab'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => path !== '')

const found = (text: string): string[] =>
  Object.entries(LIVE)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name)

describe('what is shipped', () => {
  it('defect 21: holds nothing that looks like a live credential', () => {
    expect(texts.length).to.be.greaterThan(300)
    const hits = texts.flatMap((path) =>
      found(readFileSync(join(ROOT, path), 'utf8')).map((what) => `${path}: ${what}`),
    )
    expect(hits).to.deep.equal([])
  })

  it('defect 21: would be seen, were it there', () => {
    const key = ['AKIA', 'Z'.repeat(16)].join('')
    const token = ['eyJraWQiOiJzb21ldGhpbmc', 'eyJzdWIiOiJzb21lb25l', 'x'].join('.')
    expect(found(`export AWS_ACCESS_KEY_ID=${key}`)).to.deep.equal(['an access key'])
    expect(found(`--header 'Authorization: ${token}'`)).to.deep.equal(['a signed token'])
    expect(found(`Authorization: Basic ${'TmV2ZXI'.repeat(6)}==`)).to.deep.equal(['a header of HTTP Basic'])
    expect(found(`--header 'Cookie: XSRF-TOKEN=${'4b3f'.repeat(8)}'`)).to.deep.equal(['a session cookie'])
  })
})
