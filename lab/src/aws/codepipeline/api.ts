import {ACCOUNT} from '../../kernel.js'
import type {ServiceApi, WireCall} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'codepipeline',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-codepipeline'), name: 'CodePipelineClient'},
  permissions: {members: [['resourceArn', '~']], resources},
}

/** An approval is about its action, a retry about its stage ("CodePipeline permissions reference", CodePipeline user guide). */
function resources({operation, input, region}: WireCall): string[] {
  const {pipeline, name, pipelineName = name, stageName, actionName} = input as Record<string, string | undefined>
  const declared = (pipeline as {name?: string} | undefined)?.name
  const named = pipelineName ?? declared
  if (named === undefined) return []
  const below =
    operation === 'PutApprovalResult' ? [stageName, actionName] : operation === 'RetryStageExecution' ? [stageName] : []
  return [`arn:aws:codepipeline:${region}:${ACCOUNT}:${[named, ...below].join('/')}`]
}
