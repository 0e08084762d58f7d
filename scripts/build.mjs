// Builds what changed: the CLI and the lab (tsc), the handlers' bundles and the default assembly (esbuild, CDK), the manifest.
// Each part keeps a digest of its inputs, so that a build with nothing to do takes a fraction of a second.
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const files = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => !['node_modules', 'dist', 'cdk.out'].includes(name))
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
const part = (name, inputs, output, make) => {
  const stamp = join('dist', `.${name}.sha256`)
  const now = digest([...inputs, 'package-lock.json', 'scripts/build.mjs'])
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  const started = performance.now()
  make()
  writeFileSync(stamp, now)
  process.stderr.write(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}

mkdirSync('dist', {recursive: true})
part('lab', ['lab/src', 'lab/tsconfig.json', 'tsconfig.json'], 'dist/lab/main.js', () => {
  rmSync('dist/lab', {recursive: true, force: true})
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'lab/tsconfig.json'])
})
part('program', ['src', 'tsconfig.json'], 'dist/commands', () => {
  for (const name of readdirSync('dist'))
    if (name !== 'assembly' && name !== 'lab' && !name.startsWith('.')) rmSync(join('dist', name), {recursive: true})
  rmSync('dist/.tsbuildinfo', {force: true})
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'])
})
part('assembly', ['infra-template'], 'dist/assembly/manifest.json', () => {
  run(process.execPath, ['--import', 'tsx', 'lambda/bundle.ts'], {cwd: 'infra-template'})
  rmSync('dist/assembly', {recursive: true, force: true})
  run(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: 'infra-template',
    // Offline validation costs seven seconds and is a check of its own, not a part of the build.
    env: {...process.env, CDK_OUTDIR: join(root, 'dist', 'assembly'), CDK_VALIDATION: 'false'},
  })
})
part('manifest', ['src/commands', 'src/cli', 'package.json'], 'oclif.manifest.json', () => {
  run(process.execPath, ['scripts/manifest.mjs'])
})
