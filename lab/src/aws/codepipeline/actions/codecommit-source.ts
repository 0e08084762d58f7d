/** Source, CodeCommit. Sources: "CodeCommit source action reference" and "Variables reference", CodePipeline user guide. */

import {ServiceFault, type SourceTree} from '../../../kernel.js'
import type {ActionContext, ActionType} from '../action.js'
import {ActionFailure, unsupported} from '../faults.js'

export const codecommitSource: ActionType = {
  inputs: [0, 0],
  outputs: [1, 1],
  required: ['RepositoryName', 'BranchName'],
  optional: ['PollForSourceChanges', 'OutputArtifactFormat'],
  check({configuration = {}}) {
    if ((configuration.OutputArtifactFormat ?? 'CODE_ZIP') !== 'CODE_ZIP') throw unsupported('OutputArtifactFormat')
  },
  async perform(context) {
    const {lab, region, run, placeOf} = context
    const {RepositoryName = '', BranchName = ''} = run.configuration
    const {commitId, message, authoredAt, committedAt, zip} = await tree(context, RepositoryName, BranchName)
    const [name = ''] = (run.declaration.outputArtifacts ?? []).map((artifact) => artifact.name)
    const place = placeOf(name)
    await lab.call('s3', 'PutObject', {Bucket: place.bucket, Key: place.key, Body: zip}, region)
    run.summary = message
    run.externalId = commitId
    run.outputs.set(name, {...place, revision: {id: commitId, summary: message, createdAt: committedAt}})
    run.variables = {
      AuthorDate: seconds(authoredAt),
      BranchName,
      CommitId: commitId,
      CommitMessage: message,
      CommitterDate: seconds(committedAt),
      RepositoryName,
    }
  },
}

const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

async function tree({lab, region}: ActionContext, name: string, branch: string): Promise<SourceTree> {
  try {
    return await lab.service('codecommit').sourceOf(name, branch, region)
  } catch (error) {
    if (error instanceof ServiceFault)
      throw new ActionFailure('ConfigurationError', `${error.message} (Error Code: ${error.code})`)
    throw error
  }
}
