import type {DeleteVpcRequest, DescribeVpcsRequest, Vpc} from '@aws-sdk/client-ec2'

import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {VPCS_PER_REGION} from './quota.js'

const VPC = 'AWS::EC2::VPC'

/** EC2, as far as the quota of VPCs wants it: the VPCs that templates made. The account has no default one. */
export class Ec2Service implements Service {
  readonly api = api
  readonly quotas = [VPCS_PER_REGION]
  readonly operations: Record<string, Operation> = {
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
  }

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
