import type {AwsService} from '../aws-service.js'

/** ECR: repositories are recorded. */
export const ecr: AwsService = {
  recorded: {
    'AWS::ECR::Repository': {
      area: 'images',
      ref: '{name}',
      attributes: {
        Arn: 'arn:aws:ecr:{region}:{account}:repository/{name}',
        RepositoryUri: '{account}.dkr.ecr.{region}.amazonaws.com/{name}',
      },
      name: {property: 'RepositoryName', max: 256, lowerCase: true},
      createOnly: ['EncryptionConfiguration', 'RepositoryName'],
      arn: 'ecr:{region}:{account}:repository/{name}',
      tags: true,
    },
  },
}
