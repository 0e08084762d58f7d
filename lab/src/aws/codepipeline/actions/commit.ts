/** What the actions do that take a commit as their source. */

import type {SourceTree} from '../../../kernel.js'
import type {ActionContext} from '../action.js'

/** Puts the files of the commit where the output artifact goes. */
export async function bring(
  {lab, region, run, placeOf}: ActionContext,
  {commitId, committedAt, zip}: SourceTree,
  summary: string,
): Promise<void> {
  const [name = ''] = (run.declaration.outputArtifacts ?? []).map((artifact) => artifact.name)
  const place = placeOf(name)
  await lab.call('s3', 'PutObject', {Bucket: place.bucket, Key: place.key, Body: zip}, region)
  run.summary = summary
  run.externalId = commitId
  run.outputs.set(name, {...place, revision: {id: commitId, summary, createdAt: committedAt}})
}

export const commitVariables = ({authoredAt, commitId, message}: SourceTree): Record<string, string> => ({
  AuthorDate: seconds(authoredAt),
  CommitId: commitId,
  CommitMessage: message,
})

export const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`
