import type * as Api from '@aws-sdk/client-cloudfront'

import {keyValueStoresOf} from '../../data-plane/edge/key-value-store.js'
import {
  fault,
  GLOBAL_CONTROL_REGION,
  type Lab,
  type Operation,
  type Service,
  type TaggedResource,
} from '../../kernel.js'
import {Distributions} from './distributions.js'
import {Functions} from './functions.js'
import {OriginAccessControls} from './origin-access-controls.js'
import {Stores} from './stores.js'
import {api} from './api.js'

interface Tagged {
  readonly arn: string
  tags: Api.Tag[]
}

/**
 * CloudFront's control plane, which dies with us-east-1. The edges that it configures do not: they go on serving what
 * they have.
 */
export class CloudFrontService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly distributions: Distributions

  /** All that bears tags. */
  private readonly taggable: () => Tagged[]

  constructor(lab: Lab) {
    const stores = keyValueStoresOf(lab)
    const functions: Functions = new Functions(lab, stores, (arn) => this.distributions.uses(arn))
    const controls = new OriginAccessControls()
    this.distributions = new Distributions(lab, functions, controls)
    this.taggable = () => [...this.distributions.all(), ...functions.all(), ...stores.values()]
    this.operations = {
      ...this.distributions.operations,
      ...functions.operations,
      ...controls.operations,
      ...new Stores(lab, stores, (arn) => functions.uses(arn)).operations,
      ListTagsForResource: ({Resource}: Api.ListTagsForResourceRequest): Api.ListTagsForResourceResult => ({
        Tags: {Items: this.tagsOf(Resource).tags},
      }),
      TagResource: ({Resource, Tags}: Api.TagResourceRequest) => {
        const tagged = this.tagsOf(Resource)
        const added = Tags?.Items ?? []
        tagged.tags = [...tagged.tags.filter(({Key}) => !added.some((one) => one.Key === Key)), ...added]
        return {}
      },
      UntagResource: ({Resource, TagKeys}: Api.UntagResourceRequest) => {
        const tagged = this.tagsOf(Resource)
        tagged.tags = tagged.tags.filter(({Key}) => !TagKeys?.Items?.includes(Key ?? ''))
        return {}
      },
    }
  }

  /** A global resource is listed in us-east-1 alone (Tag Editor user guide). */
  tagged(region: string): TaggedResource[] {
    return region === GLOBAL_CONTROL_REGION ? this.taggable().map(({arn, tags}) => ({arn, tags})) : []
  }

  private tagsOf(arn: string | undefined): Tagged {
    const found = this.taggable().find((one) => one.arn === arn)
    if (!found) throw fault('NoSuchResource', 'The specified resource does not exist.', 404)
    return found
  }
}
