// Before `npm pack` and `npm publish`: npm-shrinkwrap.json, by which everybody who installs the package gets the very dependencies that
// package-lock.json pins and the tests ran with. The lab's wire rests on internals of the SDK that a later release may change.
// npm would take the file for the repository's own, so that `postpack` takes it away.
import {readFileSync, writeFileSync} from 'node:fs'
import {lockOf} from './lock.mjs'

const file = (path) => new URL(`../${path}`, import.meta.url)
const manifest = JSON.parse(readFileSync(file('package.json'), 'utf8'))
for (const key of ['devDependencies', 'scripts', 'workspaces']) delete manifest[key]
writeFileSync(file('npm-shrinkwrap.json'), lockOf(manifest, readFileSync(file('package-lock.json'), 'utf8')))
