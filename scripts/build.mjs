// Builds what changed: the CLI and the lab (bundle.mjs), the handlers' bundles and the default assembly (esbuild, CDK), the manifest.
// Types are the check's business.
// Each part keeps a digest of its inputs, so that a build with nothing to do takes a fraction of a second.
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {bundleLab, bundleProgram} from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const files = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => !['node_modules', 'dist', 'cdk.out'].includes(name) && !name.endsWith('.map'))
        .sort()
        .flatMap((name) => files(join(path, name)))
    : [path]

const digest = (inputs) => {
  const hash = createHash('sha256').update(process.version)
  for (const file of inputs.flatMap((input) => files(input))) hash.update(file).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

const run = (command, args, options = {}) =>
  execFileSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    ...options,
  })

/** Runs `make` when the inputs' digest differs from the one noted at the last success. */
const part = async (name, inputs, output, make) => {
  const stamp = join('dist', `.${name}.sha256`)
  const now = digest([...inputs, 'package-lock.json', 'scripts/build.mjs', 'scripts/bundle.mjs'])
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  const started = performance.now()
  await make()
  writeFileSync(stamp, now)
  process.stderr.write(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}

mkdirSync('dist', {recursive: true})
await part('lab', ['lab/src', 'tsconfig.json'], 'dist/lab/main.js', async () => {
  rmSync('dist/lab', {recursive: true, force: true})
  await bundleLab()
})
await part('program', ['src', 'tsconfig.json'], 'dist/commands', async () => {
  for (const name of readdirSync('dist'))
    if (name !== 'assembly' && name !== 'lab' && !name.startsWith('.')) rmSync(join('dist', name), {recursive: true})
  await bundleProgram()
})
await part('assembly', ['infra-template'], 'dist/assembly/manifest.json', () => {
  run(process.execPath, ['--import', 'tsx', 'lambda/bundle.ts'], {cwd: 'infra-template'})
  rmSync('dist/assembly', {recursive: true, force: true})
  run(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: 'infra-template',
    // Offline validation costs seven seconds and is a check of its own, not a part of the build.
    env: {...process.env, CDK_OUTDIR: join(root, 'dist', 'assembly'), CDK_VALIDATION: 'false'},
  })
})
// A command's file names its chunks by their content: whatever a command is made of changes it.
await part('manifest', ['dist/commands', 'package.json', 'scripts/manifest.mjs'], 'oclif.manifest.json', () => {
  run(process.execPath, ['scripts/manifest.mjs'])
})
