import {fault, type Lab} from '../../kernel.js'
import {recordsOf} from '../../cloudformation/records.js'

/** VPCs per Region: the default of an account (Service Quotas, L-F678F1CE). */
export const VPCS_PER_REGION = 5

/** As EC2's CreateVpc answers it. The lab's account has no default VPC. */
export function refuseBeyondQuota(lab: Lab, region: string): void {
  if (recordsOf(lab).inRegion(region, 'AWS::EC2::VPC').length >= VPCS_PER_REGION)
    throw fault('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
}
