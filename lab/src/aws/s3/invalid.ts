import type {Refusal} from '../../service.js'
import {saying, type Violations} from '../../wire/violations.js'

/** Headers and parts of the query that S3 has words of its own for. Source: answers of AWS that LocalStack has recorded in its tests of S3. */
const WORDS: Record<string, Refusal> = {
  StorageClass: saying('InvalidStorageClass', 'The storage class you specified is not valid'),
  ChecksumAlgorithm: saying(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  ),
  EncodingType: saying('InvalidArgument', 'Invalid Encoding Method specified in Request'),
  MetadataDirective: saying('InvalidArgument', 'Unknown metadata directive.'),
  TaggingDirective: saying('InvalidArgument', 'Unknown tagging directive.'),
  ServerSideEncryption: saying('InvalidArgument', 'The encryption method specified is not supported'),
  LocationConstraint: saying('InvalidLocationConstraint', 'The specified location-constraint is not valid'),
}

/** Source: error responses in the S3 API reference. */
export function invalid(_operation: string, [{kind, path, inBody, rule}]: Violations): Refusal {
  const name = path.at(-1) ?? ''
  if (kind === 'missing' && path.length === 1 && inBody)
    return saying('MissingRequestBodyError', 'Request Body is empty')
  const words = kind === 'value' && (!inBody || name === 'LocationConstraint') ? WORDS[name] : undefined
  if (words) return words
  return inBody
    ? saying(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      )
    : saying('InvalidArgument', name === '' ? rule : `${name}: ${rule}`)
}
