import type {GetServiceQuotaRequest, ServiceQuota} from '@aws-sdk/client-service-quotas'

import {arn, fault, type Operation, type Service} from '../../kernel.js'
import {VPCS_PER_REGION} from '../ec2/quota.js'

/** Service Quotas, as far as a deployment meets one: VPCs per region. The lab's account has the defaults. */
export class ServiceQuotasService implements Service {
  readonly signingName = 'servicequotas'
  readonly placement = 'regional'
  readonly operations: Record<string, Operation> = {
    GetServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({Quota: quota(input, region)}),
    GetAWSDefaultServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({Quota: quota(input, region)}),
  }
}

function quota({ServiceCode, QuotaCode}: GetServiceQuotaRequest, region: string): ServiceQuota {
  if (ServiceCode !== 'vpc' || QuotaCode !== 'L-F678F1CE') {
    throw fault('NoSuchResourceException', `The lab knows no quota ${QuotaCode} of ${ServiceCode}.`, 404)
  }

  return {
    ServiceCode,
    ServiceName: 'Amazon Virtual Private Cloud (Amazon VPC)',
    QuotaArn: arn('servicequotas', region, `${ServiceCode}/${QuotaCode}`),
    QuotaCode,
    QuotaName: 'VPCs per Region',
    Value: VPCS_PER_REGION,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
  }
}
