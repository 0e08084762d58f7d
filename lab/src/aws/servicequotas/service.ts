import type {GetServiceQuotaRequest, ServiceQuota} from '@aws-sdk/client-service-quotas'

import {arn, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {api} from './api.js'

/** Service Quotas, as far as a service of the lab enforces one. The lab's account has the defaults. */
export class ServiceQuotasService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    GetServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({Quota: this.quota(input, region)}),
    GetAWSDefaultServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({Quota: this.quota(input, region)}),
  }

  constructor(private readonly lab: Pick<Lab, 'services'>) {}

  private quota({ServiceCode, QuotaCode}: GetServiceQuotaRequest, region: string): ServiceQuota {
    const found = [...this.lab.services.values()]
      .flatMap(({quotas = []}) => quotas)
      .find(({serviceCode, code}) => serviceCode === ServiceCode && code === QuotaCode)
    if (!found)
      throw fault('NoSuchResourceException', `The lab does not have the quota ${QuotaCode} of ${ServiceCode}.`, 404)
    const {serviceName, name, value} = found
    return {
      ServiceCode,
      ServiceName: serviceName,
      QuotaArn: arn('servicequotas', region, `${ServiceCode}/${QuotaCode}`),
      QuotaCode,
      QuotaName: name,
      Value: value,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
    }
  }
}
