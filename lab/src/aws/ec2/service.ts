import type {
  AvailabilityZone,
  DeleteVpcRequest,
  DescribeAvailabilityZonesRequest,
  DescribeVpcsRequest,
  Vpc,
} from '@aws-sdk/client-ec2'

import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {zoneId, zonesOf} from '../../cloudformation/zones.js'
import {own} from '../../own.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {VPCS_PER_REGION} from './quota.js'

const VPC = 'AWS::EC2::VPC'

/** EC2, as far as the synthesis of a VPC and the quota of VPCs want it: the VPCs that templates made. The account has no default one. */
export class Ec2Service implements Service {
  readonly api = api
  readonly quotas = [VPCS_PER_REGION]
  readonly operations: Record<string, Operation> = withDryRun({
    DescribeAvailabilityZones: (input: DescribeAvailabilityZonesRequest, {region}) => ({
      AvailabilityZones: describeZones(input, region),
    }),
    DescribeVpcs: (input: DescribeVpcsRequest, {region}) => this.describe(input, region),
    DeleteVpc: ({VpcId = ''}: DeleteVpcRequest, {region}) => {
      const records = recordsOf(this.lab)
      this.vpc(VpcId, region)
      const within = records.inRegion(region).find(({type, properties}) => type !== VPC && properties.VpcId === VpcId)
      if (within) {
        throw fault(
          'DependencyViolation',
          `The vpc '${VpcId}' has dependencies and cannot be deleted: ${within.physicalId}.`,
        )
      }

      records.remove(region, VPC, VpcId)
      return {}
    },
  })

  constructor(private readonly lab: Lab) {}

  private describe({VpcIds = [], Filters = [], MaxResults = 1000, NextToken}: DescribeVpcsRequest, region: string) {
    const all = VpcIds.length > 0 ? VpcIds.map((id) => this.vpc(id, region)) : recordsOf(this.lab).inRegion(region, VPC)
    const wanted = all.filter((vpc) =>
      Filters.every(({Name = '', Values = []}) => Values.includes(filterValue(vpc, Name) ?? '')),
    )
    const {items, next} = page(wanted, MaxResults, NextToken)
    return {Vpcs: items.map((vpc) => shown(vpc)), NextToken: next}
  }

  private vpc(id: string, region: string): ResourceRecord {
    const found = recordsOf(this.lab).find(region, VPC, id)
    if (!found) throw fault('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`)
    return found
  }
}

/** Only zones of the region itself, which need no opting in. */
function describeZones(
  {ZoneNames, ZoneIds, Filters = []}: DescribeAvailabilityZonesRequest,
  region: string,
): AvailabilityZone[] {
  const zones = zonesOf(region).map((ZoneName): AvailabilityZone => ({
    ZoneName,
    ZoneId: zoneId(ZoneName),
    RegionName: region,
    GroupName: `${region}-zg-1`,
    NetworkBorderGroup: region,
    State: 'available',
    ZoneType: 'availability-zone',
    OptInStatus: 'opt-in-not-required',
    Messages: [],
  }))
  for (const [given, member] of [
    [ZoneNames, 'ZoneName'],
    [ZoneIds, 'ZoneId'],
  ] as const) {
    const unknown = (given ?? []).filter((one) => !zones.some((zone) => zone[member] === one))
    if (unknown.length > 0)
      throw fault(
        'InvalidParameterValue',
        `Invalid availability zone${member === 'ZoneId' ? '-id' : ''}: [${unknown.join(', ')}]`,
      )
  }

  return zones.filter(
    (zone) =>
      (ZoneNames?.includes(zone.ZoneName!) ?? true) &&
      (ZoneIds?.includes(zone.ZoneId!) ?? true) &&
      Filters.every(({Name = '', Values = []}) => Values.includes(zoneFilterValue(zone, Name))),
  )
}

const ZONE_FILTERS: Record<string, (zone: AvailabilityZone) => string | undefined> = {
  'group-name': ({GroupName}) => GroupName,
  'opt-in-status': ({OptInStatus}) => OptInStatus,
  'region-name': ({RegionName}) => RegionName,
  state: ({State}) => State,
  'zone-id': ({ZoneId}) => ZoneId,
  'zone-name': ({ZoneName}) => ZoneName,
  'zone-type': ({ZoneType}) => ZoneType,
}

function zoneFilterValue(zone: AvailabilityZone, name: string): string {
  const value = own(ZONE_FILTERS, name)?.(zone)
  if (value === undefined) throw fault('InvalidParameterValue', `The filter '${name}' is invalid`)
  return value
}

/**
 * With DryRun EC2 looks at the permissions, which the lab has done before it gets here, and does nothing. Source: the parameter
 * DryRun of each action, and DryRunOperation among the client errors (EC2 API reference); its status is 412.
 */
const withDryRun = (operations: Record<string, Operation>): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input, context) => {
        if (input.DryRun) throw fault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
        return operation(input, context)
      },
    ]),
  )

function filterValue(vpc: ResourceRecord, name: string): string | undefined {
  if (name === 'vpc-id') return vpc.physicalId
  if (name === 'state') return 'available'
  if (name === 'is-default' || name === 'isDefault') return 'false'
  if (name === 'cidr') return vpc.properties.CidrBlock
  if (name.startsWith('tag:')) return tagsOf(vpc).find(({Key}) => Key === name.slice(4))?.Value
  throw fault('InvalidParameterValue', `The filter '${name}' is invalid`)
}

const shown = (vpc: ResourceRecord): Vpc => ({
  VpcId: vpc.physicalId,
  OwnerId: ACCOUNT,
  State: 'available',
  CidrBlock: vpc.properties.CidrBlock,
  InstanceTenancy: vpc.properties.InstanceTenancy ?? 'default',
  IsDefault: false,
  Tags: tagsOf(vpc),
})
