import {fault} from '../../kernel.js'
import type {Properties} from '../../cloudformation/provider.js'
import type {AwsService} from '../aws-service.js'
import {issue} from './validation.js'

/** ACM: certificates are recorded, and issued when the DNS proves their names. TLS ends before the lab. */
export const acm: AwsService = {
  recorded: {
    'AWS::CertificateManager::Certificate': {
      area: 'certificates',
      ref: 'arn:aws:acm:{region}:{account}:certificate/{uuid}',
      attributes: {CertificateArn: '{ref}'},
      createOnly: [
        'CertificateAuthorityArn',
        'CertificateExport',
        'DomainName',
        'DomainValidationOptions',
        'KeyAlgorithm',
        'SubjectAlternativeNames',
        'ValidationMethod',
      ],
      arn: '{ref}',
      tags: true,
      check: (_lab, _region, properties) => refuseWaiting(properties),
      made: (properties, context) => issue(properties, context),
    },
  },
}

/**
 * On AWS a stack waits until somebody has answered ACM's mail or made its DNS record. Where the hosted zone of each name is given,
 * CloudFormation makes the record itself (CloudFormation template reference, AWS::CertificateManager::Certificate).
 */
function refuseWaiting({
  DomainName,
  SubjectAlternativeNames = [],
  ValidationMethod,
  DomainValidationOptions = [],
}: Properties): void {
  const zoned = new Set(
    DomainValidationOptions.filter((one: Properties) => one.HostedZoneId).map((one: Properties) => one.DomainName),
  )
  const without = [DomainName, ...SubjectAlternativeNames].find((name) => !zoned.has(name))
  if (ValidationMethod !== 'DNS' || without !== undefined)
    throw fault(
      'NotImplemented',
      `acm: the lab does not wait for somebody to validate ${without ?? DomainName}: it has ValidationMethod DNS with a HostedZoneId in DomainValidationOptions`,
      501,
    )
}
