import type {Deployment, Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Clients} from '../clients.js'

/** Where an area is read. */
export interface Asked {
  clients: Clients
  deployment: Deployment
  region: Region
  options: CallOptions
}
