/** The installed git as somebody uses it who has no settings of his own. */

import {execFile} from 'node:child_process'

const SOMEBODY = Object.fromEntries(
  Object.entries({AUTHOR: 'a', COMMITTER: 'c'}).flatMap(([who, name]) => [
    [`GIT_${who}_NAME`, name],
    [`GIT_${who}_EMAIL`, `${name}@example.com`],
  ]),
)

/** What it prints. Rejects with what it says. */
export const runGit = (folder: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...SOMEBODY,
    }
    execFile('git', ['-C', folder, ...args], {env}, (error, out, stderr) =>
      error ? reject(new Error(stderr)) : resolve(out.trim()),
    )
  })
