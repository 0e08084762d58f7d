import {CfnBasePathMapping, CfnDomainName} from 'aws-cdk-lib/aws-apigateway'
import {CfnCertificate} from 'aws-cdk-lib/aws-certificatemanager'
import type {Construct} from 'constructs'
import type {ApiStack} from './api-stack.js'
import {FollowedName} from './followed-name.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'
import {STAGE} from './rest-api.js'

export interface NameStackProps extends RegionStackProps {
  api: ApiStack
  domain: string
  hostedZone: string
  /** The stack of the home region; of that itself undefined. */
  home?: NameStack
}

/**
 * What makes the API of one region answer to clients' own name: a certificate, a custom domain name and its mapping. The records of the
 * name, and what they follow, stand with those of the away region, which a failover needs nothing else of.
 */
export class NameStack extends RegionStack {
  /** What the name leads to for this region's API: `d-<id>.execute-api.<region>.amazonaws.com`. */
  readonly host: string

  constructor(scope: Construct, id: string, props: NameStackProps) {
    super(scope, id, props)
    const {domain, hostedZone, home} = props
    // CloudFormation makes the record that proves the domain, and waits until the certificate is issued (template reference, Certificate).
    const certificate = new CfnCertificate(this, 'Certificate', {
      domainName: domain,
      validationMethod: 'DNS',
      domainValidationOptions: [{domainName: domain, hostedZoneId: hostedZone}],
    })
    const name = new CfnDomainName(this, 'DomainName', {
      domainName: domain,
      endpointConfiguration: {types: ['REGIONAL']},
      regionalCertificateArn: certificate.ref,
      securityPolicy: 'TLS_1_2',
    })
    new CfnBasePathMapping(this, 'Mapping', {domainName: name.ref, restApiId: props.api.restApiId, stage: STAGE})
    this.host = name.attrRegionalDomainName

    if (home)
      new FollowedName(this, 'Name', {
        domain,
        hostedZone,
        alarmName: this.names.awayServes,
        hosts: {home: home.host, away: this.host},
      })
  }
}
