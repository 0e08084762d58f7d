/** New projects: what the program ships for them, and writing one whole or not at all. */

import {mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {DrError} from '../../errors.js'
import type {ProjectFile, Projects, Shipped} from '../../ports/projects.js'
import {installPackages} from '../npm.js'
import {PACKAGE} from '../package.js'

/** What is made anew from the sources, wherever it stands in infra-template. */
const MADE = new Set(['node_modules', 'dist', 'cdk.out', '.DS_Store', 'package-lock.json'])

export const fsProjects: Projects = {
  async shipped(): Promise<Shipped> {
    const [templates, infra, schema, stacks] = await Promise.all([
      filesOf(join(PACKAGE, 'templates')),
      filesOf(join(PACKAGE, 'infra-template')),
      readFile(join(PACKAGE, 'schemas', 'todo-dr.schema.json'), 'utf8'),
      synthesized(join(PACKAGE, 'dist', 'assembly')),
    ])
    return {templates: Object.fromEntries(templates.map(({path, text}) => [path, text])), infra, schema, stacks}
  },

  async refuseNonEmpty(folder) {
    const names = await namesIn(folder)
    const first = names.find((name) => name !== '.git')
    if (first !== undefined) throw notEmpty(folder, `it holds ${first}${names.length > 1 ? ' and more' : ''}`)
  },

  async write(folder, files) {
    const parent = dirname(folder)
    await mkdir(parent, {recursive: true})
    // Beside the folder, so that a rename moves it on the same disk.
    const beside = await mkdtemp(join(parent, `.${basename(folder)}.todo-dr-`))
    // One deeper: what mkdtemp makes is closed to others.
    const work = join(beside, 'project')
    try {
      for (const file of files) await writeIn(work, file)
      await settle(work, folder)
    } finally {
      await rm(beside, {recursive: true, force: true})
    }
  },

  install: installPackages,
}

async function writeIn(folder: string, {path, text}: ProjectFile): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), {recursive: true})
  // What names its own interpreter is meant to be run.
  await writeFile(file, text, {flag: 'wx', mode: text.startsWith('#!') ? 0o777 : 0o666})
}

/** A new folder comes whole. An existing one stays the one that it is (a shell may stand in it) and gets all entries, or none. */
async function settle(work: string, folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) === undefined) await rename(work, folder)
  else await moveAll(await readdir(work), work, folder)
}

async function moveAll(names: string[], from: string, to: string): Promise<void> {
  const moved: string[] = []
  try {
    for (const name of names) {
      await rename(join(from, name), join(to, name))
      moved.push(name)
    }
  } catch (error) {
    for (const name of moved) await rm(join(to, name), {recursive: true, force: true})
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw notEmpty(folder, code === 'ENOTDIR' ? 'it is a file' : (error as Error).message)
  }
}

const notEmpty = (folder: string, why: string): DrError =>
  new DrError({
    code: 'FolderNotEmpty',
    exit: 'usage',
    what: `${folder} is not an empty folder`,
    why: `${why}; init never overwrites files`,
    next: 'todo-dr init another-folder',
  })

/** Every text below a folder, with its path; sorted. */
async function filesOf(root: string, below = ''): Promise<ProjectFile[]> {
  const entries = await readdir(join(root, below), {withFileTypes: true})
  const found = await Promise.all(
    entries
      .filter(({name}) => !MADE.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<ProjectFile[]> => {
        const path = below ? `${below}/${entry.name}` : entry.name
        if (entry.isDirectory()) return filesOf(root, path)
        return [{path, text: await readFile(join(root, path), 'utf8')}]
      }),
  )
  return found.flat()
}

interface Manifest {
  artifacts: Record<string, {type: string; environment?: string; properties?: {templateFile?: string}}>
}

async function synthesized(folder: string): Promise<Shipped['stacks']> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const stacks = Object.values(manifest.artifacts).filter(({type}) => type === 'aws:cloudformation:stack')
  return Promise.all(
    stacks.map(async ({environment, properties}) => {
      const template = await readFile(join(folder, properties!.templateFile!), 'utf8')
      const {Resources} = JSON.parse(template) as {Resources: Shipped['stacks'][number]['resources']}
      return {region: environment!.split('/').at(-1)!, resources: Resources}
    }),
  )
}
