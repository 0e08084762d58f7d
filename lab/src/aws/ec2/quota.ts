import {recordsOf} from '../../cloudformation/records.js'
import {fault, type Lab} from '../../kernel.js'
import {quotasOf} from '../../quotas.js'
import type {Quota} from '../../service.js'

/** The default of an account (Service Quotas). */
export const VPCS_PER_REGION: Quota = {
  serviceCode: 'vpc',
  serviceName: 'Amazon Virtual Private Cloud (Amazon VPC)',
  code: 'L-F678F1CE',
  name: 'VPCs per Region',
  value: 5,
}

/** As EC2's CreateVpc answers it. The lab's account has no default VPC. */
export function refuseBeyondQuota(lab: Lab, region: string): void {
  if (recordsOf(lab).inRegion(region, 'AWS::EC2::VPC').length >= quotasOf(lab).value(region, VPCS_PER_REGION))
    throw fault('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
}
