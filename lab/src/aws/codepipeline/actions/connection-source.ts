/**
 * Source, CodeStarSourceConnection. Sources: "CodeStarSourceConnection for Bitbucket Cloud, GitHub, GitHub Enterprise Server, GitLab.com, and
 * GitLab self-managed actions" and "Variables reference", CodePipeline user guide.
 */

import {connectionOf} from '../connection.js'
import type {ActionContext, ActionType} from '../action.js'
import {ActionFailure, unsupported} from '../faults.js'
import {bring, commitVariables} from './commit.js'

export const connectionSource: ActionType = {
  inputs: [0, 0],
  outputs: [1, 1],
  required: ['ConnectionArn', 'FullRepositoryId', 'BranchName'],
  optional: ['OutputArtifactFormat', 'DetectChanges'],
  check({configuration = {}}) {
    if ((configuration.OutputArtifactFormat ?? 'CODE_ZIP') !== 'CODE_ZIP') throw unsupported('OutputArtifactFormat')
  },
  async perform(context) {
    const {lab, run} = context
    const {ConnectionArn = '', FullRepositoryId = '', BranchName = ''} = run.configuration
    const ProviderType = await providerOf(context, ConnectionArn)
    const source = await lab.service('codeconnections').sourceOf(FullRepositoryId, BranchName)
    // The text, here and below, is as users quote it of AWS; the codes are assumed.
    if (!source) {
      const text = `[${ProviderType}] No Branch [${BranchName}] found for FullRepositoryName [${FullRepositoryId}]`
      throw new ActionFailure('ConfigurationError', text)
    }

    await bring(context, source, JSON.stringify({ProviderType, CommitMessage: source.message}))
    run.variables = {...commitVariables(source), BranchName, ConnectionArn, FullRepositoryName: FullRepositoryId}
  },
}

async function providerOf({lab}: ActionContext, arn: string): Promise<string> {
  const found = await connectionOf(lab, arn)
  // Users see it where the role lacks UseConnection, and where the ARN is a wrong one.
  if (!found) {
    const text = `Unable to use Connection: ${arn}. The provided role does not have sufficient permissions.`
    throw new ActionFailure('PermissionError', text)
  }

  // "Connection is not in available state" ("Troubleshooting connections", Developer Tools console user guide); the whole text is assumed.
  if (found.ConnectionStatus !== 'AVAILABLE')
    throw new ActionFailure(
      'ConfigurationError',
      `Unable to use Connection: ${arn}. Connection is not in available state.`,
    )
  return found.ProviderType
}
