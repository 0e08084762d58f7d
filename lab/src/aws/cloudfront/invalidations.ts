/** Invalidations: what the edge has kept is forgotten. Of an origin's answers this edge keeps errors alone. */

import type * as Api from '@aws-sdk/client-cloudfront'

import {randomId} from '../../data-plane/http.js'
import {fault, type Lab, type Operation} from '../../kernel.js'
import {pageOf} from './page.js'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Paths that may be under way at a time for a distribution, and of them those with a `*` ("Quotas on invalidations", CloudFront developer guide). */
const MOST = {paths: 3000, wildcards: 15}

/** What an invalidation is made for. */
export interface Invalidated {
  id: string
  /** Newest first. */
  invalidations: Api.Invalidation[]
  /** Forgets what was kept of these paths. */
  forget(matches: (path: string) => boolean): void
}

/** `find` @throws NoSuchDistribution */
export function invalidationOperations(
  lab: Lab,
  find: (distributionId: string | undefined) => Invalidated,
): Record<string, Operation> {
  return {
    CreateInvalidation({
      DistributionId,
      InvalidationBatch,
    }: Api.CreateInvalidationRequest): Api.CreateInvalidationResult {
      const distribution = find(DistributionId)
      const made = create(lab, distribution, InvalidationBatch)
      const place = `https://cloudfront.amazonaws.com/2020-05-31/distribution/${distribution.id}/invalidation/`
      return {Location: `${place}${made.Id}`, Invalidation: made}
    },

    GetInvalidation({DistributionId, Id}: Api.GetInvalidationRequest): Api.GetInvalidationResult {
      const found = find(DistributionId).invalidations.find((one) => one.Id === Id)
      if (!found) throw fault('NoSuchInvalidation', 'The specified invalidation does not exist.', 404)
      return {Invalidation: found}
    },

    ListInvalidations({DistributionId, ...input}: Api.ListInvalidationsRequest): Api.ListInvalidationsResult {
      const all = find(DistributionId).invalidations.map(({Id, CreateTime, Status}) => ({Id, CreateTime, Status}))
      return {InvalidationList: pageOf(all, input, ({Id}) => Id)}
    },
  }
}

/** The same reference again gives the same invalidation (InvalidationBatch, CloudFront API reference). */
function create(lab: Lab, distribution: Invalidated, batch: Api.InvalidationBatch | undefined): Api.Invalidation {
  const paths = checkedPaths(batch)
  const same = distribution.invalidations.find(
    (one) => one.InvalidationBatch?.CallerReference === batch?.CallerReference,
  )
  if (same) {
    if (JSON.stringify(same.InvalidationBatch?.Paths?.Items) === JSON.stringify(paths)) return same
    throw fault('InvalidationBatchAlreadyExists', 'The specified invalidation batch already exists.', 400)
  }

  refuseTooMany(distribution, paths)
  const made: Api.Invalidation = {
    Id: `I${randomId(13, UPPER)}`,
    Status: 'InProgress',
    CreateTime: new Date(lab.now()),
    InvalidationBatch: {CallerReference: batch?.CallerReference, Paths: {Quantity: paths.length, Items: paths}},
  }
  const {invalidations} = distribution
  invalidations.unshift(made)
  const arrive = (): void => {
    distribution.forget((path) => paths.some((pattern) => covers(pattern, path)))
    invalidations.splice(invalidations.indexOf(made), 1, {...made, Status: 'Completed'})
  }

  // Never within the call: AWS answers that it is under way.
  setTimeout(arrive, lab.profile.distributionMs).unref()
  return made
}

/** "What to invalidate" and "Specify the files to invalidate", CloudFront developer guide. That the texts are AWS's is assumed. */
function checkedPaths(batch: Api.InvalidationBatch | undefined): string[] {
  const {Quantity, Items = []} = batch?.Paths ?? {}
  if (Quantity !== Items.length)
    throw fault('InconsistentQuantities', "The value of Quantity and the size of Items don't match.")
  if (Items.length === 0) throw fault('InvalidArgument', 'Your request must contain at least one invalidation path.')
  if (Items.length > MOST.paths) throw fault('BatchTooLarge', 'Invalidation batch specified is too large.', 413)
  if (Items.some((path) => !/^\/[^*]*\*?$/.test(path)))
    throw fault('InvalidArgument', 'Your request contains one or more invalid invalidation paths.')
  return Items
}

function refuseTooMany({invalidations}: Invalidated, paths: string[]): void {
  const running = invalidations
    .filter(({Status}) => Status === 'InProgress')
    .flatMap(({InvalidationBatch}) => InvalidationBatch?.Paths?.Items ?? [])
  const all = [...running, ...paths]
  if (all.length > MOST.paths || all.filter((path) => path.endsWith('*')).length > MOST.wildcards)
    throw fault(
      'TooManyInvalidationsInProgress',
      'You have exceeded the maximum number of allowable InProgress invalidation objects.',
    )
}

/** The lab's cache key has no query: what is invalidated with one is invalidated as a whole. */
function covers(pattern: string, path: string): boolean {
  const [plain = ''] = pattern.split('?')
  return plain.endsWith('*') ? path.startsWith(plain.slice(0, -1)) : path === plain
}
