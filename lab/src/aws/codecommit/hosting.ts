/** Who gets at the repositories over HTTP, and where. */

import type {ChangedReference} from '../../git/bare-repository.js'
import type {GitCaller, GitHosting} from '../../git/server.js'
import type {Lab} from '../../kernel.js'
import {signedRegion} from './git-signature.js'
import type {Repository} from './repository.js'

const PATH = '/v1/repos/'

interface Parts {
  find(name: string, region: string): Repository | undefined
  /** After a push that has changed something. `by`: the ARN of who has signed it. */
  onPush(repository: Repository, changes: readonly ChangedReference[], by: string): void
}

export const hosting = (lab: Lab, {find, onPush}: Parts): GitHosting<Repository, Required<GitCaller>> => ({
  part: 'codecommit',
  path: PATH,
  name: /[\w.-]+/,
  realm: 'CodeCommit',
  needed: 'The request needs credentials of the AWS CLI’s credential helper',
  refusal: 403,
  caller(given, name, host) {
    const keys = (accessKeyId: string) => lab.credentials.find(accessKeyId)
    const signed = signedRegion(given, {host, path: `${PATH}${name}`}, keys, [lab.home, lab.away], lab.now())
    return signed && {name: signed.arn, region: signed.region}
  },
  find: (name, {region}) => find(name, region),
  allows({arn: resource, region}, {name: by}, isPush) {
    const context = (key: string): string | undefined => (key === 'aws:requestedregion' ? region : undefined)
    const action = `codecommit:${isPush ? 'GitPush' : 'GitPull'}`
    // By the policies of a user who has some; nobody else's are enforced.
    const judged = lab.credentials.judge(by, {action, resource, context})
    return judged === undefined || [judged.identity, judged.organization ?? 'allowed'].every((one) => one === 'allowed')
  },
  onPush: (repository, changes, {name}) => onPush(repository, changes, name),
})
