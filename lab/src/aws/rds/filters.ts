import type {Filter} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'

/** The filters that each operation has (RDS API reference), and whether the lab has them too. Other operations take none and ignore them, as on AWS. */
const FILTERS: Record<string, Record<string, boolean>> = {
  DescribeDBClusters: {
    'clone-group-id': false,
    'db-cluster-id': true,
    'db-cluster-resource-id': false,
    domain: false,
    engine: false,
  },
  DescribeDBInstances: {
    'db-cluster-id': true,
    'db-instance-id': false,
    'dbi-resource-id': false,
    domain: false,
    engine: false,
  },
  DescribeDBClusterSnapshots: {
    'db-cluster-id': false,
    'db-cluster-snapshot-id': false,
    'snapshot-type': false,
    engine: false,
  },
  DescribeDBEngineVersions: {
    'db-parameter-group-family': false,
    engine: false,
    'engine-mode': false,
    'engine-version': false,
    status: false,
  },
  DescribeGlobalClusters: {region: false},
}

/** Refuses filters that AWS does not know, and those that the lab would have to ignore. */
export const withFilters = (operations: Record<string, Operation>): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, FILTERS[name] ? guarded(name, operation) : operation]),
  )

const guarded =
  (name: string, operation: Operation): Operation =>
  (input: {Filters?: Filter[]}, context) => {
    for (const {Name = '', Values = []} of input.Filters ?? []) {
      if (!Object.hasOwn(FILTERS[name]!, Name))
        throw fault('InvalidParameterValue', `Unrecognized filter name: ${Name}`)
      if (Values.length === 0) throw fault('InvalidParameterValue', `The filter ${Name} has no values.`)
      if (!FILTERS[name]![Name]) throw fault('NotImplemented', `rds.${name}: the filter ${Name}`, 501)
    }

    return operation(input, context)
  }
