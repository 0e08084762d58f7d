import type {Lab} from '../../kernel.js'

/** How each type of database is found, by what Ref gives. Values are what CloudFormation writes into an attached secret. */
const CONNECTIONS: Record<string, (lab: Lab, id: string, region: string) => Promise<object>> = {
  async 'AWS::RDS::DBCluster'(lab, id, region) {
    const {DBClusters} = await lab.call('rds', 'DescribeDBClusters', {DBClusterIdentifier: id}, region)
    const {Endpoint, Port, DatabaseName, DBClusterIdentifier} = DBClusters[0]
    return {engine: 'mysql', host: Endpoint, port: Port, dbname: DatabaseName, dbClusterIdentifier: DBClusterIdentifier}
  },
  async 'AWS::RDS::DBInstance'(lab, id, region) {
    const {DBInstances} = await lab.call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: id}, region)
    const {Endpoint, DBName, DBInstanceIdentifier} = DBInstances[0]
    const {Address: host, Port: port} = Endpoint
    return {engine: 'mysql', host, port, dbname: DBName, dbInstanceIdentifier: DBInstanceIdentifier}
  },
}

/** See `Offers`. */
export const connectionOf = (lab: Lab, type: string, id: string, region: string): Promise<object> | undefined =>
  Object.hasOwn(CONNECTIONS, type) ? CONNECTIONS[type]!(lab, id, region) : undefined
