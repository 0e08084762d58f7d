import {expect} from 'chai'
import {readFileSync, readdirSync, statSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

const walk = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : path.endsWith('.ts') ? [path] : []
  })

interface Import {
  name: string
  /** Whether the module is loaded with the file: neither a type nor an import(). */
  atOnce: boolean
}

const isTypeOnly = (node: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const {importClause: clause} = node
  const names = clause?.namedBindings
  const onlyTypes =
    !clause?.name && names && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly)
  return (clause?.isTypeOnly ?? false) || (onlyTypes ?? false)
}

/** Every module that a file names: import, export from, import(), and import types. */
function imports(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined
    if (specifier && ts.isStringLiteral(specifier)) {
      const atOnce = (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && !isTypeOnly(node)
      found.push({name: specifier.text, atOnce})
    }

    ts.forEachChild(node, visit)
  }

  visit(source)
  return found
}

/** Whether the code (comments and texts aside) has a name `away`, or a list of regions with a number or its length asked. */
function namesAway(file: string): boolean {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true)
  const lists = /^(?:regions|order|regionNames\(\w+\))$/
  const visit = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === 'away') ||
    (ts.isElementAccessExpression(node) &&
      ts.isNumericLiteral(node.argumentExpression) &&
      lists.test(node.expression.getText().replace(/^.*\./, ''))) ||
    (ts.forEachChild(node, (child) => visit(child) || undefined) ?? false)
  return visit(source)
}

/** Names, texts and parts of texts of a file, without its comments. */
function wordsOf(file: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isLiteralExpression(node) || ts.isTemplateHead(node)) found.push(node.text)
    if (ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }

  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true))
  return found
}

/**
 * The layers from the bottom up; a file may import its own layer and those below it. Layers of one row do not import each other.
 * `messages` and `errors` stand beneath everything and import nothing.
 */
const ROWS: string[][] = [
  ['errors', 'messages'],
  ['model'],
  ['ports', 'diagnose', 'permissions'],
  ['config'],
  ['adapters'],
  ['workloads'],
  ['probes', 'gates', 'steps'],
  ['plans'],
  ['engine', 'measure'],
  ['report'],
  ['actions'],
  ['render'],
  ['open'],
  ['cli'],
  ['commands'],
]
/** Beside model/regions.ts: where a person, a file or a lab names the two regions in the words of its settings. */
const COUNTS_REGIONS = new Set([
  'model/regions.ts',
  'config/schema.ts',
  'config/target.ts',
  'config/project.ts',
  'actions/init/cost.ts',
  'actions/init/files.ts',
  'actions/init/result.ts',
  'actions/init/run.ts',
  'actions/init/settings.ts',
  'actions/lab/result.ts',
  'adapters/aws/map-format.ts',
  'adapters/lab/start.ts',
  'cli/ask-settings.ts',
  'cli/settings-flags.ts',
  'commands/init.ts',
  'open/deploy.ts',
  'ports/lab-admin.ts',
  'ports/labs.ts',
  'render/cost.ts',
  'report/text.ts',
  'report/timeline.ts',
])
/** Beside the routes themselves: how clients of AWS's services are made, and what init writes beside the template. */
const KNOWS_ROUTES = [
  'adapters/aws/routing/',
  'adapters/aws/clients.ts',
  'adapters/aws/services.ts',
  'adapters/aws/sdk/cloudfront-keyvaluestore.ts',
  'actions/init/files.ts',
  'actions/init/routes.ts',
]
/** Layers of the upper part that a lower layer must not know although the rows alone would not say so. */
const ADAPTER_SEES = new Set(['errors', 'messages', 'model', 'ports', 'config', 'adapters'])

const layerOf = (file: string): string => relative(src, file).split('/')[0]!.replace(/\.ts$/, '')
const rowOf = (layer: string): number => ROWS.findIndex((row) => row.includes(layer))

const files = walk(src)
const edges = files.flatMap((file) =>
  imports(file).map(({name, atOnce}) => ({
    from: relative(src, file),
    atOnce,
    layer: layerOf(file),
    name,
    target: name.startsWith('.') ? resolve(dirname(file), name.replace(/\.js$/, '.ts')) : undefined,
  })),
)
const inside = edges.flatMap((edge) =>
  edge.target ? [{...edge, target: edge.target, to: relative(src, edge.target), toLayer: layerOf(edge.target)}] : [],
)

describe('architecture', () => {
  it('knows a place for every file of src', () => {
    const strays = files.map((file) => layerOf(file)).filter((layer) => rowOf(layer) < 0)
    expect([...new Set(strays)]).to.deep.equal([])
  })

  it('has imports run only downward', () => {
    const upward = inside.filter(({layer, toLayer, from, to}) => {
      if (from === to) return false
      if (layer === 'adapters') return !ADAPTER_SEES.has(toLayer)
      if (layer === 'diagnose') return toLayer !== 'model'
      if (layer === 'errors' || layer === 'messages') return true
      return layer === toLayer ? false : rowOf(toLayer) >= rowOf(layer)
    })
    expect(upward.map(({from, to}) => `${from} -> ${to}`)).to.deep.equal([])
  })

  it('has no import circle, those of types alone included', () => {
    const circles: string[] = []
    const clear = new Set<string>()
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      if (path.includes(file) || clear.has(file)) return
      for (const {from, to} of inside) if (from === file) visit(to, [...path, file])
      clear.add(file)
    }

    for (const file of files) visit(relative(src, file), [])
    expect(circles).to.deep.equal([])
  })

  it('has no command load zod: it costs more than all that most commands do', () => {
    const pathToZod = (file: string, seen: Set<string>): string[] | undefined => {
      if (file === 'zod' || file.startsWith('zod/')) return [file]
      if (seen.has(file)) return undefined
      seen.add(file)
      for (const {from, name, target, atOnce} of edges) {
        const rest =
          atOnce && from === file ? pathToZod(target === undefined ? name : relative(src, target), seen) : undefined
        if (rest) return [file, ...rest]
      }

      return undefined
    }

    const commands = files.map((file) => relative(src, file)).filter((file) => file.startsWith('commands/'))
    expect(commands).to.not.deep.equal([])
    expect(pathToZod('config/schema.ts', new Set())).to.deep.equal(['config/schema.ts', 'zod'])
    expect(commands.flatMap((file) => pathToZod(file, new Set())?.join(' -> ') ?? [])).to.deep.equal([])
  })

  it('names adapters in open/ alone', () => {
    const naming = inside.filter(
      ({layer, toLayer}) => toLayer === 'adapters' && layer !== 'adapters' && layer !== 'open',
    )
    expect(naming.map(({from, to}) => `${from} -> ${to}`)).to.deep.equal([])
  })

  it('keeps the lab a program apart: it imports nothing of ours, and nothing of ours imports it', () => {
    const lab = join(root, 'lab', 'src')
    const crossing = [
      ...edges
        .filter(({target}) => target?.startsWith(join(root, 'lab')))
        .map(({from, name}) => `src/${from} -> ${name}`),
      ...walk(lab).flatMap((file) =>
        imports(file)
          .filter(({name}) => name.startsWith('.') && !resolve(dirname(file), name).startsWith(lab))
          .map(({name}) => `${relative(root, file)} -> ${name}`),
      ),
    ]
    expect(crossing).to.deep.equal([])
  })

  it('knows a ToDo in its workload, in its own verbs and in what init writes, and nowhere else', () => {
    const AT_HOME = /^(workloads\/todo\/|(actions|commands)\/(crud|seed|init)[./]|cli\/crud-command\.ts$)/
    const SPEAKS = /ToDos?(?![A-Za-z])|\/v1\b|^(task|wip|createdTime|CREATE_TABLE|SEED)$/
    // A policy is printed before anything is deployed, so it names the functions as the template does.
    const TEMPLATE = 'permissions/place.ts'
    const outside = files.filter((file) => !AT_HOME.test(relative(src, file)) && relative(src, file) !== TEMPLATE)
    const knowing = outside.flatMap((file) =>
      wordsOf(file)
        .filter((word) => SPEAKS.test(word))
        .map((word) => `${relative(src, file)}: ${word.slice(0, 60)}`),
    )
    expect(knowing).to.deep.equal([])
    const importing = inside.filter(
      ({from, to}) => to.startsWith('workloads/todo/') && !AT_HOME.test(from) && from !== 'open/workload.ts',
    )
    expect(importing.map(({from, to}) => `${from} -> ${to}`)).to.deep.equal([])
    expect(wordsOf(join(src, 'workloads/todo/index.ts')).filter((word) => SPEAKS.test(word))).not.to.deep.equal([])
  })

  it('of the program, lets only adapters/aws import the AWS SDK', () => {
    const importers = edges.filter(
      ({name, from}) => /^@(aws-sdk|smithy)\//.test(name) && !from.startsWith('adapters/aws/'),
    )
    expect(importers.map(({from, name}) => `${from} -> ${name}`)).to.deep.equal([])
  })

  it('lets only model/regions.ts count regions: no other file names a second one, or asks for one by its number', () => {
    const counting = files.filter((file) => !COUNTS_REGIONS.has(relative(src, file))).filter((file) => namesAway(file))
    expect(counting.map((file) => relative(src, file))).to.deep.equal([])
    // TypeScript lets a list be asked for its keys, which are numbers and no names of regions.
    const keys = /Object\.(?:keys|entries)\([\w.]*deployment\.regions|\bin [\w.]*deployment\.regions/
    const byKey = files.filter((file) => keys.test(readFileSync(file, 'utf8')))
    expect(byKey.map((file) => relative(src, file))).to.deep.equal([])
  })

  it('lets only adapters/aws/routing know what the route of clients is made of', () => {
    const knowing = files
      .map((file) => ({name: relative(src, file), text: readFileSync(file, 'utf8')}))
      .filter(({name}) => !KNOWS_ROUTES.some((known) => name.startsWith(known)))
      .filter(({text}) => /key-?value-?store|\bkvs/i.test(text))
    expect(knowing.map(({name}) => name)).to.deep.equal([])
  })

  it('lets only adapters/cdk know the CDK, and by its types alone', () => {
    const importers = edges.filter(
      ({name, from}) => /^@aws-cdk|^aws-cdk/.test(name) && !from.startsWith('adapters/cdk/'),
    )
    expect(importers.map(({from, name}) => `${from} -> ${name}`)).to.deep.equal([])
    const values = walk(join(src, 'adapters', 'cdk')).filter((file) =>
      /^import (?!type)[^\n]*from '@aws-cdk/m.test(readFileSync(file, 'utf8')),
    )
    expect(values).to.deep.equal([])
  })

  it('lets the template and the program import nothing of each other', () => {
    const template = join(root, 'infra-template')
    const crossing = [
      ...inside.filter(({target}) => target.startsWith(template)).map(({from, name}) => `src/${from} -> ${name}`),
      ...['bin', 'lib', 'lambda'].flatMap((folder) =>
        walk(join(template, folder)).flatMap((file) =>
          imports(file)
            .filter(({name}) => name.startsWith('.') && !resolve(dirname(file), name).startsWith(template))
            .map(({name}) => `${relative(root, file)} -> ${name}`),
        ),
      ),
    ]
    expect(crossing).to.deep.equal([])
  })

  it('keeps the core silent: only commands and render write to the terminal', () => {
    const speaking = files
      .filter((file) => !['commands', 'render', 'cli'].includes(layerOf(file)))
      .filter((file) => /\bconsole\.|process\.(stdout|stderr)\.write/.test(readFileSync(file, 'utf8')))
    expect(speaking.map((file) => relative(src, file))).to.deep.equal([])
  })

  it('has no CDK among the dependencies of the published program', () => {
    const {dependencies} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    expect(Object.keys(dependencies).filter((name) => /cdk|^constructs$/.test(name))).to.deep.equal([])
  })
})
