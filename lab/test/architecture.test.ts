/** The lab's own house: who may import whom, and that a service of AWS is one folder. */

import {readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'
import ts from 'typescript'

const root = fileURLToPath(new URL('../src', import.meta.url))

const walk = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : /\.(json|ts)$/.test(path) ? [path] : []
  })

const files = walk(root).map((path) => relative(root, path))
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The files of the lab that a file imports, for its types only or at run time too. Data imports nothing. */
function importsOf(file: string): string[] {
  if (file.endsWith('.json')) return []
  return ts
    .preProcessFile(textOf(file), true, true)
    .importedFiles.map(({fileName}) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(file), name.replace(/\.js$/, '.ts'))))
}

const graph = new Map(files.map((file) => [file, importsOf(file)]))
const edges = [...graph].flatMap(([from, targets]) => targets.map((to) => ({from, to})))
const shown = (some: {from: string; to: string}[]): string[] => some.map(({from, to}) => `${from} -> ${to}`)

/** From the bottom up; a layer imports itself and what is below its row. */
const ROWS: string[][] = [
  ['service'],
  ['kernel', 'bytes', 'bad-request', 'log', 'folder', 'own', 'parent', 'regions', 'user-cache', 'watched'],
  ['event-bus', 'faults', 'guard', 'hosts', 'pki', 'profile', 'assembly', 'metrics', 'quotas'],
  ['ports', 'govern'],
  ['wire', 'data-plane', 'database'],
  ['cloudformation', 'git'],
  ['aws'],
  ['lab', 'custom-resource-replies'],
  ['status', 'provision'],
  ['admin'],
  ['main'],
  ['built'],
]

const layerOf = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '')
const rowOf = (file: string): number => ROWS.findIndex((row) => row.includes(layerOf(file)))

/** `aws/rds` of what stands in it; undefined for everything else. */
const serviceOf = (file: string): string | undefined => /^aws\/[^/]+(?=\/)/.exec(file)?.[0]

/** One way round, where there is one. */
function circle(): string[] | undefined {
  const closed = new Set<string>()
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (closed.has(file)) return undefined
    for (const target of graph.get(file) ?? []) {
      const found = visit(target, [...path, file])
      if (found) return found
    }

    closed.add(file)
    return undefined
  }

  for (const file of files) {
    const found = visit(file, [])
    if (found) return found
  }

  return undefined
}

describe('the house of the lab', () => {
  it('knows a place for every file', () => {
    expect(files.filter((file) => rowOf(file) < 0)).to.deep.equal([])
  })

  it('imports nothing from outside', () => {
    expect(shown(edges.filter(({to}) => !graph.has(to)))).to.deep.equal([])
  })

  it('has imports run only downward', () => {
    const upward = edges.filter(({from, to}) => layerOf(from) !== layerOf(to) && rowOf(to) >= rowOf(from))
    expect(shown(upward)).to.deep.equal([])
  })

  it('has no import circle, be it of types alone', () => {
    expect(circle()).to.equal(undefined)
  })

  it('lets no service of AWS import another, nor the list of them', () => {
    const crossing = edges.filter(({from, to}) => {
      const service = serviceOf(from)
      if (service === undefined || !to.startsWith('aws/')) return false
      return serviceOf(to) === undefined ? to === 'aws/index.ts' || to === 'aws/page.ts' : serviceOf(to) !== service
    })
    expect(shown(crossing)).to.deep.equal([])
  })

  it('names a service’s folder in the list of services alone', () => {
    const naming = edges.filter(({from, to}) => serviceOf(from) === undefined && serviceOf(to) !== undefined)
    expect([...new Set(naming.map(({from}) => from))]).to.deep.equal(['aws/index.ts'])
    expect(naming.map(({to}) => to)).to.have.members(
      [...new Set(files.flatMap((file) => serviceOf(file) ?? []))].map((folder) => `${folder}/index.ts`),
    )
  })

  it('names the CloudFormation types of a service in its folder alone', () => {
    const TYPE = /\bAWS::\w+::\w+\b(?!::)/g
    const namespaceOf = (type: string): string => type.split('::')[1]!
    const homes = new Map<string, string>()
    for (const file of files) {
      const service = serviceOf(file)
      if (service === undefined || !/\/(index|recorded)\.ts$/.test(file)) continue
      for (const [type] of textOf(file).matchAll(TYPE)) {
        expect(homes.get(namespaceOf(type)) ?? service, `the folder of ${type}`).to.equal(service)
        homes.set(namespaceOf(type), service)
      }
    }

    // CloudFormation's own types are the engine's too, and the page of types tells of custom resources.
    homes.delete('CloudFormation')
    // The schemas of all types are data, distilled in one piece.
    const strays = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [...textOf(file).matchAll(TYPE)]
          .filter(([type]) => homes.has(namespaceOf(type)) && homes.get(namespaceOf(type)) !== serviceOf(file))
          .map(([type]) => `${file}: ${type}`),
      )
    expect(homes.size).to.be.greaterThan(15)
    expect(strays).to.deep.equal([])
  })
})
