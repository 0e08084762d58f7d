import type * as Api from '@aws-sdk/client-cloudfront'

import {randomId} from '../../data-plane/http.js'
import {fault, type Operation} from '../../kernel.js'
import {checkMatch} from './faults.js'
import {pageOf} from './page.js'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const newTag = (): string => `E${randomId(13, UPPER)}`

/** "Quotas", CloudFront developer guide. */
const MOST = 100

interface Control {
  id: string
  etag: string
  config: Api.OriginAccessControlConfig
}

/**
 * Origin access controls: how the edge signs what it asks an origin. They are kept, and used by no origin: those for which AWS has them
 * (buckets, function URLs, media) the lab's distributions refuse by name.
 */
export class OriginAccessControls {
  private readonly controls = new Map<string, Control>()

  readonly operations: Record<string, Operation> = {
    CreateOriginAccessControl: ({OriginAccessControlConfig: config}: Api.CreateOriginAccessControlRequest) => {
      const checked = this.checked(config)
      if (this.controls.size >= MOST)
        throw fault(
          'TooManyOriginAccessControls',
          'The number of origin access controls in your Amazon Web Services account exceeds the maximum allowed.',
        )
      const control: Control = {id: newTag(), etag: newTag(), config: checked}
      this.controls.set(control.id, control)
      return {
        ...shown(control),
        Location: `https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/${control.id}`,
      }
    },
    GetOriginAccessControl: ({Id}: Api.GetOriginAccessControlRequest): Api.GetOriginAccessControlResult =>
      shown(this.find(Id)),
    GetOriginAccessControlConfig: ({
      Id,
    }: Api.GetOriginAccessControlConfigRequest): Api.GetOriginAccessControlConfigResult => {
      const {config, etag} = this.find(Id)
      return {OriginAccessControlConfig: config, ETag: etag}
    },
    UpdateOriginAccessControl: (input: Api.UpdateOriginAccessControlRequest): Api.UpdateOriginAccessControlResult => {
      const control = this.find(input.Id)
      checkMatch(input.IfMatch, control.etag)
      Object.assign(control, {config: this.checked(input.OriginAccessControlConfig, control), etag: newTag()})
      return shown(control)
    },
    DeleteOriginAccessControl: ({Id, IfMatch}: Api.DeleteOriginAccessControlRequest) => {
      const {id, etag} = this.find(Id)
      checkMatch(IfMatch, etag)
      this.controls.delete(id)
      return {}
    },
    ListOriginAccessControls: (input: Api.ListOriginAccessControlsRequest): Api.ListOriginAccessControlsResult => {
      const all = [...this.controls.values()].map(({id: Id, config}) => ({Description: '', ...config, Id}))
      return {OriginAccessControlList: pageOf(all as Api.OriginAccessControlSummary[], input, ({Id}) => Id)}
    },
  }

  has(id: string): boolean {
    return this.controls.has(id)
  }

  /** A name is given once in an account (OriginAccessControlAlreadyExists, CloudFront API reference). */
  private checked(config: Api.OriginAccessControlConfig | undefined, own?: Control): Api.OriginAccessControlConfig {
    const taken = [...this.controls.values()].some((one) => one !== own && one.config.Name === config?.Name)
    if (taken)
      throw fault(
        'OriginAccessControlAlreadyExists',
        'An origin access control with the specified parameters already exists.',
        409,
      )
    return config!
  }

  private find(id: string | undefined): Control {
    const found = this.controls.get(id ?? '')
    if (!found) throw fault('NoSuchOriginAccessControl', 'The origin access control does not exist.', 404)
    return found
  }
}

const shown = ({id: Id, config, etag}: Control): Api.GetOriginAccessControlResult => ({
  OriginAccessControl: {Id, OriginAccessControlConfig: config},
  ETag: etag,
})
