/** What EventBridge is told of a push. Source: "Monitoring CodeCommit events in Amazon EventBridge", CodeCommit user guide. */

import type {LabEvent} from '../../event-bus.js'
import type {ChangedReference} from '../../git/bare-repository.js'
import type {Repository} from './repository.js'

export function changeEvent({arn, id, name}: Repository, change: ChangedReference, by: string): LabEvent {
  const {fullName, before, after} = change
  const [, kind = '', short = fullName] = /^refs\/(heads|tags)\/(.+)$/.exec(fullName) ?? []
  return {
    source: 'aws.codecommit',
    'detail-type': 'CodeCommit Repository State Change',
    resources: [arn],
    detail: {
      callerUserArn: by,
      event: before === undefined ? 'referenceCreated' : after === undefined ? 'referenceDeleted' : 'referenceUpdated',
      repositoryId: id,
      repositoryName: name,
      referenceType: kind === 'tags' ? 'tag' : 'branch',
      referenceName: short,
      referenceFullName: fullName,
      ...(after !== undefined && {commitId: after}),
      ...(before !== undefined && {oldCommitId: before}),
    },
  }
}
