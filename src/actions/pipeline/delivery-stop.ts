/** Ends an execution of the delivery pipeline. */

import {DrError} from '../../errors.js'
import {DEPLOY} from '../../model/delivery.js'
import type {DeliveryExecution} from '../../model/delivery.js'
import type {Region} from '../../model/deployment.js'
import {isUnderWay} from '../../model/pipeline.js'
import {homeOf} from '../../model/regions.js'
import {deliveriesOf, deliveryInWords} from './delivery.js'
import type {DeliveryInput} from './delivery.js'
import type {PipelineStopResult} from './result.js'

export interface DeliveryStopInput extends DeliveryInput {
  /** Even while it deploys. */
  abandon: boolean
}

/**
 * Throws `PipelineMissing` (exit usage), and `NothingFound`, `SeveralFound` and `DeploymentRunning` (exit refused); nothing was stopped
 * then.
 */
export async function stopDelivery(input: DeliveryStopInput): Promise<PipelineStopResult> {
  const {target, deployment, pipeline, abandon, emit, signal} = input
  const region = homeOf(deployment)
  const [found, ...more] = (await deliveriesOf(input)).filter((one) => isUnderWay(one))
  if (!found) throw nothingFound()
  if (more.length > 0) throw severalFound([found, ...more])
  const actions = await pipeline.actions(found.id, {signal})
  const running = actions.find(({status}) => status === 'InProgress')
  const deploying = running?.action === DEPLOY
  if (deploying && !abandon) throw deploymentRunning(found, region)
  const build = running?.build ?? null
  await pipeline.stop(found.id, build, {signal})
  const what = deliveryInWords(found, region)
  if (deploying)
    emit({
      code: 'warning',
      text: `Stopped: ${what}, and the build that deployed it. CloudFormation finishes the stack that it has begun.`,
      hint: 'todo-dr deploy, which finishes the deployment',
    })
  else {
    const hasDeployed = actions.some(({action}) => action === DEPLOY)
    emit({
      code: 'done',
      text: `Stopped: ${what}. ${hasDeployed ? 'What it has deployed stays.' : 'Nothing was deployed.'}`,
    })
  }

  const head = {schemaVersion: 1 as const, target, region, pipeline: pipeline.name, execution: found.id}
  return {...head, command: null, commit: found.commit, build}
}

const nothingFound = (): DrError =>
  new DrError({
    code: 'NothingFound',
    exit: 'refused',
    what: 'no execution of the delivery pipeline is under way',
    next: 'todo-dr pipeline status',
  })

const severalFound = (all: readonly DeliveryExecution[]): DrError =>
  new DrError({
    code: 'SeveralFound',
    exit: 'refused',
    what: 'more than one execution of the delivery pipeline is under way',
    why: all.map(({id, commit}) => `${id} of ${commit?.slice(0, 8) ?? 'no commit'}`).join(', '),
    next: 'todo-dr pipeline stop --delivery --execution ID',
  })

const deploymentRunning = (found: DeliveryExecution, region: Region): DrError =>
  new DrError({
    code: 'DeploymentRunning',
    exit: 'refused',
    what: `${deliveryInWords(found, region)} is being deployed; nothing was stopped`,
    why: 'ending it now would leave one region without the change',
    next: 'todo-dr pipeline logs --delivery --follow; to end it all the same: todo-dr pipeline stop --delivery --abandon, then todo-dr deploy',
  })
