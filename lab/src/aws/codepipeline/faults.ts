import {fault, type ServiceFault} from '../../kernel.js'

export const invalidStructure = (message: string): ServiceFault => fault('InvalidStructureException', message)

export const invalidAction = (message: string): ServiceFault => fault('InvalidActionDeclarationException', message)

/** What AWS does and the lab does not. */
export const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `The lab does not support ${what} of CodePipeline`, 501)

/** Why an action has failed, as its error details say it. */
export class ActionFailure extends Error {
  constructor(
    readonly code: 'ConfigurationError' | 'JobFailed' | 'PermissionError' | 'RevisionUnavailable',
    message: string,
  ) {
    super(message)
  }
}
