/** Source, CodeCommit. Sources: "CodeCommit source action reference" and "Variables reference", CodePipeline user guide. */

import {ServiceFault, type SourceTree} from '../../../kernel.js'
import type {ActionContext, ActionType} from '../action.js'
import {ActionFailure, unsupported} from '../faults.js'
import {bring, commitVariables, seconds} from './commit.js'

export const codecommitSource: ActionType = {
  inputs: [0, 0],
  outputs: [1, 1],
  required: ['RepositoryName', 'BranchName'],
  optional: ['PollForSourceChanges', 'OutputArtifactFormat'],
  check({configuration = {}}) {
    if ((configuration.OutputArtifactFormat ?? 'CODE_ZIP') !== 'CODE_ZIP') throw unsupported('OutputArtifactFormat')
  },
  async perform(context) {
    const {RepositoryName = '', BranchName = ''} = context.run.configuration
    const source = await tree(context, RepositoryName, BranchName)
    await bring(context, source, source.message)
    context.run.variables = {
      ...commitVariables(source),
      BranchName,
      CommitterDate: seconds(source.committedAt),
      RepositoryName,
    }
  },
}

async function tree({lab, region}: ActionContext, name: string, branch: string): Promise<SourceTree> {
  try {
    return await lab.service('codecommit').sourceOf(name, branch, region)
  } catch (error) {
    if (error instanceof ServiceFault)
      throw new ActionFailure('ConfigurationError', `${error.message} (Error Code: ${error.code})`)
    throw error
  }
}
