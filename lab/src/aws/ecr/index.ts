import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {EcrService, REPOSITORY} from './service.js'

/** ECR: repositories are recorded, and can be read. */
export const ecr: AwsService = {
  api,
  make: (lab) => new EcrService(lab),
  recorded: {
    [REPOSITORY]: {
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
