import type {AwsService} from '../aws-service.js'

/** CDK's own, which is no service of AWS and has types none the less. */
export const cdk: AwsService = {
  recorded: {
    'AWS::CDK::Metadata': {area: 'metadata', ref: '{uuid}'},
  },
}
