/** How a region is set up, over each service's own descriptions. Only reads. */

import type {Deployment, Region} from '../../../model/deployment.js'
import {regionOf} from '../../../model/regions.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Area, Item, RegionSettings} from '../../../ports/settings.js'
import type {Clients} from '../clients.js'
import {alarmItems} from './alarms.js'
import {apiIdOf, apiItems} from './api.js'
import type {Asked} from './asked.js'
import {clientItems} from './client.js'
import {databaseItems} from './database.js'
import {functionItems} from './functions.js'
import {quotaItems} from './quotas.js'
import {scheduleItems} from './schedules.js'
import {proxyAddresses, proxyItems} from './proxy.js'
import {secretItems} from './secrets.js'

const READERS: Record<Exclude<Area, 'addresses'>, (asked: Asked) => Promise<Item[]>> = {
  functions: functionItems,
  database: databaseItems,
  proxy: proxyItems,
  secrets: secretItems,
  schedules: scheduleItems,
  alarms: alarmItems,
  API: apiItems,
  'token client': clientItems,
  quotas: quotaItems,
}

export class AwsRegionSettings implements RegionSettings {
  constructor(
    private readonly clients: Clients,
    private readonly deployment: Deployment,
  ) {}

  items(region: Region, area: Exclude<Area, 'addresses'>, options: CallOptions = {}): Promise<Item[]> {
    return READERS[area](this.#asked(region, options))
  }

  async addresses(region: Region, options: CallOptions = {}): Promise<Record<string, string>> {
    const {apiUrl, clusterArn, userPoolId, clientId, tokenUrl, leaseBucket} = regionOf(this.deployment, region)
    return {
      ...(await proxyAddresses(this.#asked(region, options))),
      'API host': new URL(apiUrl).host,
      API: apiIdOf(apiUrl),
      cluster: clusterArn,
      'user pool': userPoolId,
      client: clientId,
      'token host': new URL(tokenUrl).host,
      'lease bucket': leaseBucket,
    }
  }

  #asked(region: Region, options: CallOptions): Asked {
    return {clients: this.clients, deployment: this.deployment, region, options}
  }
}
