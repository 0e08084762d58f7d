import type {GetResourcesInput, TagFilter} from '@aws-sdk/client-resource-groups-tagging-api'

import {fault, type Lab, type Operation, type Service, type TaggedResource} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'

/** The largest page of GetResources, and its default (Resource Groups Tagging API). */
const PAGE = 100

/**
 * The Resource Groups Tagging API over everything of the lab that bears tags: each service is asked for what it has, so that
 * what a stack retained is listed until its own service deletes it, and a KMS key to its end.
 */
export class TaggingService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    GetResources: (input: GetResourcesInput, {region}) => this.resources(input, region),
    GetTagKeys: (_: unknown, {region}) => ({
      TagKeys: [...new Set(this.lab.tagged(region).flatMap(({tags}) => tags.map(({Key}) => Key)))].sort(),
      PaginationToken: '',
    }),
    GetTagValues: ({Key: wanted}: {Key?: string}, {region}) => {
      const tags = this.lab.tagged(region).flatMap((resource) => [...resource.tags])
      const values = tags.filter(({Key}) => Key === wanted).map(({Value}) => Value)
      return {TagValues: [...new Set(values)].sort(), PaginationToken: ''}
    },
  }

  constructor(private readonly lab: Pick<Lab, 'tagged'>) {}

  private resources(input: GetResourcesInput, region: string): object {
    const {TagFilters = [], ResourceTypeFilters = [], ResourceARNList, ResourcesPerPage = PAGE} = input
    if (ResourceARNList && (TagFilters.length > 0 || ResourceTypeFilters.length > 0 || input.ResourcesPerPage)) {
      throw invalid('ResourceARNList cannot be specified with any other filter or page size')
    }

    if (ResourcesPerPage < 1 || ResourcesPerPage > PAGE) throw invalid(`ResourcesPerPage must be between 1 and ${PAGE}`)
    if (TagFilters.length > 50) throw invalid('at most 50 tag filters')
    const wanted = this.lab
      .tagged(region)
      .filter(
        (resource) =>
          (!ResourceARNList || ResourceARNList.includes(resource.arn)) &&
          (ResourceTypeFilters.length === 0 || ResourceTypeFilters.some((type) => isOfType(resource.arn, type))) &&
          TagFilters.every((filter) => bears(resource, filter)),
      )
    const {items, next} = page(wanted, ResourcesPerPage, input.PaginationToken || undefined)
    return {
      ResourceTagMappingList: items.map(({arn, tags}) => ({ResourceARN: arn, Tags: tags})),
      PaginationToken: next ?? '',
    }
  }
}

const invalid = (message: string) => fault('InvalidParameterException', message)

const bears = ({tags}: TaggedResource, {Key, Values = []}: TagFilter): boolean =>
  tags.some((tag) => tag.Key === Key && (Values.length === 0 || Values.includes(tag.Value ?? '')))

/** `rds`, or `rds:cluster`. A bucket's ARN has no type in it. */
function isOfType(arn: string, type: string): boolean {
  const parts = arn.split(':')
  const service = parts[2]
  const [kind] = (parts[5] ?? '').replace(/^\//, '').split('/')
  const [wantedService, wantedKind] = type.split(':')
  if (wantedService !== service) return false
  return wantedKind === undefined || wantedKind === (service === 's3' ? 'bucket' : kind)
}
