import type {GetServiceQuotaRequest, ListServiceQuotasRequest, ServiceQuota} from '@aws-sdk/client-service-quotas'

import {arn, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {enforced, quotasOf} from '../../quotas.js'
import type {Quota} from '../../service.js'
import {api} from './api.js'

/** Service Quotas, as far as a service of the lab enforces one. The lab's account has the defaults, until its owner sets another value. */
export class ServiceQuotasService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>

  constructor(private readonly lab: Lab) {
    this.operations = {
      GetServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({Quota: this.applied(this.find(input), region)}),
      GetAWSDefaultServiceQuota: (input: GetServiceQuotaRequest, {region}) => ({
        Quota: shown(this.find(input), region),
      }),
      ListServiceQuotas: ({ServiceCode}: ListServiceQuotasRequest, {region}) => {
        const found = enforced(lab).filter(({serviceCode}) => serviceCode === ServiceCode)
        if (found.length === 0) throw unknown(`The lab does not have quotas of ${ServiceCode}.`)
        return {Quotas: found.map((quota) => this.applied(quota, region))}
      },
    }
  }

  private applied(quota: Quota, region: string): ServiceQuota {
    return {...shown(quota, region), Value: quotasOf(this.lab).value(region, quota)}
  }

  private find({ServiceCode, QuotaCode}: GetServiceQuotaRequest): Quota {
    const found = enforced(this.lab).find(({serviceCode, code}) => serviceCode === ServiceCode && code === QuotaCode)
    if (!found) throw unknown(`The lab does not have the quota ${QuotaCode} of ${ServiceCode}.`)
    return found
  }
}

const unknown = (message: string): Error => fault('NoSuchResourceException', message, 404)

const shown = ({serviceCode, serviceName, code, name, value}: Quota, region: string): ServiceQuota => ({
  ServiceCode: serviceCode,
  ServiceName: serviceName,
  QuotaArn: arn('servicequotas', region, `${serviceCode}/${code}`),
  QuotaCode: code,
  QuotaName: name,
  Value: value,
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
})
