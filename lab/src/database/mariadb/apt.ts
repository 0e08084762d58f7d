import {execFile} from 'node:child_process'
import {mkdir, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

const run = promisify(execFile)

const PACKAGE = 'mariadb-server-core'
const UPDATE_DEADLINE_MS = 120_000
const DOWNLOAD_DEADLINE_MS = 300_000
const UNPACK_DEADLINE_MS = 60_000

/**
 * Downloads the server and those of its libraries that this system lacks, by the system's own apt and from its own
 * sources (so signatures and proxies are apt's business), but into lists and a cache of our own: no root, no lock, and
 * nothing is installed. Answers the folder into which the packages were unpacked.
 */
export async function fetchWithApt(
  work: string,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
): Promise<string> {
  const tool = (name: string, args: string[], deadlineMs: number): Promise<void> => runTool(name, args, env, deadlineMs)
  const [state, cache, root] = ['state', 'cache', 'root'].map((name) => join(work, name)) as [string, string, string]
  for (const folder of [join(state, 'lists', 'partial'), join(cache, 'archives', 'partial'), root]) {
    await mkdir(folder, {recursive: true})
  }

  const options = [
    `Dir::State=${state}`,
    `Dir::Cache=${cache}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ].flatMap((option) => ['-o', option])

  onProgress('apt: reading the package lists')
  await tool('apt-get', [...options, '-qq', 'update'], UPDATE_DEADLINE_MS)
  onProgress(`apt: downloading ${PACKAGE}`)
  await tool(
    'apt-get',
    [...options, '-qq', '--yes', '--no-install-recommends', '--download-only', 'install', PACKAGE],
    DOWNLOAD_DEADLINE_MS,
  )
  const archives = (await readdir(join(cache, 'archives'))).filter((name) => name.endsWith('.deb'))
  if (archives.length === 0) throw new Error(`apt downloaded nothing for ${PACKAGE}`)
  onProgress(`apt: unpacking ${archives.length} packages`)
  for (const name of archives) await tool('dpkg-deb', ['-x', join(cache, 'archives', name), root], UNPACK_DEADLINE_MS)
  return root
}

/** Runs a program; an error says what it said. */
async function runTool(name: string, args: string[], env: NodeJS.ProcessEnv, timeout: number): Promise<void> {
  try {
    await run(name, args, {timeout, env: {...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'}, maxBuffer: 16 << 20})
  } catch (error) {
    const {code, killed, stderr} = error as {code?: string | number; killed?: boolean; stderr?: string}
    if (code === 'ENOENT') throw new Error(`${name} is not installed`)
    if (killed) throw new Error(`${name} did not end within ${timeout / 1000} s`)
    const said = (stderr ?? '').trim().split('\n').slice(-4).join('; ')
    throw new Error(`${name} failed: ${said || `exit status ${code}`}`)
  }
}
