import {ServiceFault} from '../kernel.js'
import {own} from '../own.js'
import type {Protocol} from '../service.js'

/**
 * The names under which AWS refuses a request that is not, or not rightly, signed. They differ by protocol: the AWS CLI
 * and the SDKs match on them. Source: the common errors pages of the RDS, SSM and S3 API references.
 */
const NAMES: Record<string, {query: string; json: string; s3: string}> = {
  MissingAuthenticationToken: {
    query: 'MissingAuthenticationToken',
    json: 'MissingAuthenticationTokenException',
    s3: 'AccessDenied',
  },
  IncompleteSignature: {
    query: 'IncompleteSignature',
    json: 'IncompleteSignatureException',
    s3: 'AuthorizationHeaderMalformed',
  },
  InvalidClientTokenId: {
    query: 'InvalidClientTokenId',
    json: 'UnrecognizedClientException',
    s3: 'InvalidAccessKeyId',
  },
  ExpiredToken: {query: 'ExpiredToken', json: 'ExpiredTokenException', s3: 'ExpiredToken'},
  RequestTimeTooSkewed: {query: 'SignatureDoesNotMatch', json: 'InvalidSignatureException', s3: 'RequestTimeTooSkewed'},
  AccessDenied: {query: 'AccessDenied', json: 'AccessDeniedException', s3: 'AccessDenied'},
  // Source: what SDKs report of IAM, STS and CloudFront (`SignatureDoesNotMatch`), and of S3 (AuthorizationHeaderMalformed).
  RegionUnknown: {
    query: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    s3: 'AuthorizationHeaderMalformed',
  },
  SignatureDoesNotMatch: {
    query: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    s3: 'SignatureDoesNotMatch',
  },
}

/** The same refusal under the name that clients of this protocol know. Other errors pass as they are. */
export function nameRefusal(error: unknown, protocol: Protocol, service: string | undefined): unknown {
  if (!(error instanceof ServiceFault)) return error
  const names = own(NAMES, error.code)
  if (!names) return error
  const isXml = protocol === 'query' || protocol === 'ec2' || protocol === 'restXml'
  if (service === 'ec2' && error.code === 'AccessDenied')
    return new ServiceFault('UnauthorizedOperation', error.message, error.status, error.fields)
  const code = service === 's3' ? names.s3 : isXml ? names.query : names.json
  return new ServiceFault(code, error.message, error.status, error.fields)
}

export const unsigned = (): ServiceFault =>
  new ServiceFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)

/** A call that is signed for a region that AWS does not have. */
export const wrongRegion = (region: string): ServiceFault =>
  new ServiceFault('RegionUnknown', `Credential should be scoped to a valid region, not '${region}'.`, 403)
