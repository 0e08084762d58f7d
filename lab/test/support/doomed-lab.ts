/** A lab in a process of its own, to be killed: prints the process ids of its environments once one is busy and one idle. */
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
const {pids} = lab.service('lambda') as LambdaService
process.stdout.write(`${JSON.stringify({folder: lab.folder, pids: pids.call(lab.service('lambda'), HOME)})}\n`)
