// Renews templates/infra-package-lock.json, the lockfile that `init` gives to new projects, from infra-template/package.json.
// Asks the registry; run it after a change of the template's dependencies: npm run generate:lock
import {readFileSync, writeFileSync} from 'node:fs'
import {lockOf} from './lock.mjs'

const file = (path) => new URL(`../${path}`, import.meta.url)
const manifest = JSON.parse(readFileSync(file('infra-template/package.json'), 'utf8'))
writeFileSync(file('templates/infra-package-lock.json'), lockOf(manifest))
