/** The phases of a build, as BatchGetBuilds shows them. */

import type * as Api from '@aws-sdk/client-codebuild'

/** Why a phase has failed, in the words of its context. */
export class PhaseFailure extends Error {
  constructor(
    readonly statusCode: string,
    message: string,
  ) {
    super(message)
  }
}

const NOTHING: Api.PhaseContext = {statusCode: '', message: ''}

export class Phases {
  readonly all: Api.BuildPhase[] = []

  constructor(private readonly now: () => number) {}

  get current(): Api.BuildPhaseType | undefined {
    return this.all.at(-1)?.phaseType
  }

  begin(phaseType: Api.BuildPhaseType): void {
    this.all.push({phaseType, startTime: new Date(this.now())})
  }

  /** Of the phase that runs, if one does. */
  end(phaseStatus: Api.StatusType, context?: Api.PhaseContext): void {
    const phase = this.all.at(-1)
    if (!phase?.startTime || phase.endTime) return
    const endTime = new Date(this.now())
    const durationInSeconds = Math.floor((endTime.getTime() - phase.startTime.getTime()) / 1000)
    Object.assign(phase, {phaseStatus, endTime, durationInSeconds, contexts: [context ?? NOTHING]})
  }
}
