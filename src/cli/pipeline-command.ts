/** What the `pipeline` commands share: their flags, and what they act on. */

import {Flags} from '@oclif/core'
import type {DeliveryInput} from '../actions/pipeline/delivery.js'
import type {PipelineInput} from '../actions/pipeline/look.js'
import {DrCommand} from './dr-command.js'
import type {ExitName} from '../errors.js'
import type {Session} from '../open/session.js'

export const REGION_FLAG = {
  region: Flags.string({
    description: '`home`, `away` or a region name: only the pipeline there',
    helpValue: 'REGION',
  }),
}

export const EXECUTION_FLAG = {
  execution: Flags.string({description: 'Id of the execution, if there is more than one', helpValue: 'ID'}),
}

export const DELIVERY_FLAG = {
  delivery: Flags.boolean({
    description: 'Use the delivery pipeline (in the home region) instead of a failover pipeline',
    default: false,
    exclusive: ['region'],
  }),
}

export const COMMENT_FLAG = {
  comment: Flags.string({
    description: 'Why; it is stored with the answer, and of an approval with the journal of the run',
    helpValue: 'TEXT',
    required: true,
  }),
}

export const ANSWER_DRY_RUN_FLAG = {
  'dry-run': Flags.boolean({description: 'Show what would be answered, but answer nothing', default: false}),
}

export abstract class PipelineCommand extends DrCommand {
  // Stated again: what the manifest takes from a command's class, it takes from one class above it and no further.
  static override exits: readonly ExitName[] = ['unknown', 'credentials']

  protected async pipelineInput(session: Session, region: string | undefined): Promise<PipelineInput> {
    const [{name: target}, deployment, pipelines] = await Promise.all([
      session.target(),
      session.deployment(),
      session.pipelines(),
    ])
    return {target, deployment, pipelines, region, signal: this.signal}
  }

  protected async deliveryInput(session: Session, execution: string | undefined): Promise<DeliveryInput> {
    const [{name: target}, deployment, pipeline] = await Promise.all([
      session.target(),
      session.deployment(),
      session.delivery(),
    ])
    return {target, deployment, pipeline, execution, emit: this.emit, signal: this.signal}
  }
}
