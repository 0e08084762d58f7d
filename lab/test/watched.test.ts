import {spawn} from 'node:child_process'
import {rm} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {fileURLToPath, pathToFileURL} from 'node:url'

import {expect} from 'chai'

import {eventually, isAlive} from './support/lab-data-plane.js'

describe('what runs in a lab', () => {
  it('never outlives it, not even one killed with SIGKILL: environments, idle or in an endless loop, and what builds have started', async () => {
    const program = fileURLToPath(new URL('support/doomed-lab.ts', import.meta.url))
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const lab = spawn(process.execPath, ['--import', tsx, program], {stdio: ['ignore', 'pipe', 'inherit']})
    try {
      const line = await new Promise<string>((resolve, reject) => {
        lab.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
        lab.once('exit', (code) => reject(new Error(`the lab ended with ${code}`)))
      })
      const {folder, pids} = JSON.parse(line) as {folder: string; pids: number[]}
      expect(pids).length(3)
      expect(pids.every((pid) => isAlive(pid))).equal(true)
      lab.kill('SIGKILL')
      await eventually('all are gone', () => pids.every((pid) => !isAlive(pid)))
      await rm(folder, {recursive: true, force: true})
    } finally {
      lab.kill('SIGKILL')
    }
  })
})
