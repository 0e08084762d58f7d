/** A lab in a process of its own, to be killed: prints the process ids of its environments, one busy and one idle, and of what a build has started. */
import {BuildShell} from '../../src/data-plane/build/shell.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {HOME, createFunction, eventually, invoke, startTestLab} from './lab-data-plane.js'

const {lab, logs} = await startTestLab([LambdaService])
await createFunction(lab, 'idle', 'export const handler = async () => process.pid')
await createFunction(lab, 'busy', 'export const handler = async () => { console.log("in the loop"); for (;;); }', {
  Timeout: 900,
})
await invoke(lab, 'idle')
void invoke(lab, 'busy')
await eventually('the loop runs', () => logs.some((line) => line.endsWith('in the loop')))
const built = await new Promise<number>((resolve) => {
  const env = {PATH: process.env.PATH ?? ''}
  const onOutput = (text: string): void => resolve(Number(text))
  const shell = new BuildShell({program: 'sh', cwd: lab.folder, scripts: lab.folder, env, onOutput})
  void shell.run('sleep 1000 & echo $!; wait')
})
const {pids} = lab.service('lambda') as LambdaService
process.stdout.write(
  `${JSON.stringify({folder: lab.folder, pids: [...pids.call(lab.service('lambda'), HOME), built]})}\n`,
)
