/** Any cluster of the account, over RDS. */

import type {Region} from '../../model/deployment.js'
import type {CallOptions} from '../../ports/call.js'
import type {Clusters, FoundCluster} from '../../ports/clusters.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'

export class AwsClusters implements Clusters {
  constructor(private readonly clients: Clients) {}

  async find(region: Region, id: string, options: CallOptions = {}): Promise<FoundCluster | undefined> {
    const instancesOf = {Filters: [{Name: 'db-cluster-id', Values: [id]}]}
    try {
      const [{DBClusters: [found] = []}, {DBInstances = []}] = await Promise.all([
        this.clients.call('rds', region, 'DescribeDBClusters', {DBClusterIdentifier: id}, options),
        this.clients.call('rds', region, 'DescribeDBInstances', instancesOf, options),
      ])
      if (!found) return undefined
      const {DBClusterIdentifier = id, DBClusterArn: arn = '', Engine: engine = '', Endpoint: host = ''} = found
      const serves = DBInstances.some(({DBInstanceStatus}) => DBInstanceStatus === 'available')
      return {region, id: DBClusterIdentifier, arn, engine, host, serves}
    } catch (error) {
      if (isFault(error, 'DBClusterNotFoundFault')) return undefined
      throw error
    }
  }
}
