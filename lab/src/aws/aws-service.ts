import type {ProviderOf, ResourceProvider} from '../cloudformation/provider.js'
import type {RecordedType} from '../cloudformation/recorded.js'
import type {Lab, Service} from '../kernel.js'
import type {ServiceApi} from '../service.js'

/** All that the lab knows of one service of AWS: each folder beside this file gives one, and index.ts lists them. */
export interface AwsService {
  /** Undefined, with `make`, for a service of which the lab only records resources. */
  api?: ServiceApi
  /** Its operations, with their state. */
  make?(lab: Lab, providerOf: ProviderOf): Service
  /** Its CloudFormation types that are really made, by those operations. */
  types?: Readonly<Record<string, ResourceProvider>>
  /** Its CloudFormation types that are recorded and do nothing. */
  recorded?: Readonly<Record<string, RecordedType>>
}
