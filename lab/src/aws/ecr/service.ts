import type * as Api from '@aws-sdk/client-ecr'

import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'

export const REPOSITORY = 'AWS::ECR::Repository'

/** Of every list, and its default (ECR API reference). */
const PAGE = 100

/** ECR, as far as it is read: the repositories that templates have made. They hold no images. The texts of errors are as users quote them. */
export class EcrService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    DescribeRepositories: (input: Api.DescribeRepositoriesRequest, {region}) => this.describe(input, region),
    DescribeImages: (input: Api.DescribeImagesRequest, {region}): Api.DescribeImagesResponse => {
      this.find(input, region)
      const [asked] = input.imageIds ?? []
      if (asked) throw noImage(asked, input.repositoryName)
      return {imageDetails: []}
    },
    BatchGetImage: (input: Api.BatchGetImageRequest, {region}): Api.BatchGetImageResponse => {
      this.find(input, region)
      const failures = (input.imageIds ?? []).map((imageId) => ({
        imageId,
        failureCode: 'ImageNotFound' as const,
        failureReason: 'Requested image not found',
      }))
      return {images: [], failures}
    },
    DescribeRegistry: (): Api.DescribeRegistryResponse => ({
      registryId: ACCOUNT,
      replicationConfiguration: {rules: []},
    }),
    ListImages: (input: Api.ListImagesRequest, {region}): Api.ListImagesResponse => {
      this.find(input, region)
      return {imageIds: []}
    },
    GetRepositoryPolicy: (input: Api.GetRepositoryPolicyRequest, {region}): Api.GetRepositoryPolicyResponse => {
      const {RepositoryPolicyText: text} = this.find(input, region).properties
      const {repositoryName} = input
      if (text === undefined) throw absent('RepositoryPolicyNotFoundException', noPolicy('Repository'), repositoryName)
      const policyText = typeof text === 'string' ? text : JSON.stringify(text)
      return {registryId: ACCOUNT, repositoryName, policyText}
    },
    GetLifecyclePolicy: (input: Api.GetLifecyclePolicyRequest, {region}): Api.GetLifecyclePolicyResponse => {
      const {properties, createdAt} = this.find(input, region)
      const {repositoryName} = input
      const lifecyclePolicyText: string | undefined = properties.LifecyclePolicy?.LifecyclePolicyText
      if (lifecyclePolicyText === undefined)
        throw absent('LifecyclePolicyNotFoundException', noPolicy('Lifecycle'), repositoryName)
      return {registryId: ACCOUNT, repositoryName, lifecyclePolicyText, lastEvaluatedAt: createdAt}
    },
    ListTagsForResource: ({resourceArn = ''}: Api.ListTagsForResourceRequest, {region}) => {
      const repositoryName = resourceArn.slice(resourceArn.indexOf('/') + 1)
      return {tags: tagsOf(this.find({repositoryName}, region))}
    },
  }

  constructor(private readonly lab: Lab) {}

  private describe(
    {repositoryNames, registryId, maxResults = PAGE, nextToken}: Api.DescribeRepositoriesRequest,
    region: string,
  ): Api.DescribeRepositoriesResponse {
    const found =
      repositoryNames?.map((repositoryName) => this.find({repositoryName, registryId}, region)) ??
      recordsOf(this.lab).inRegion(region, REPOSITORY)
    const {items, next} = page(found, maxResults, nextToken)
    return {repositories: items.map((one) => shown(one)), nextToken: next}
  }

  private find(
    {repositoryName = '', registryId = ACCOUNT}: {repositoryName?: string; registryId?: string},
    region: string,
  ): ResourceRecord {
    const found = registryId === ACCOUNT ? recordsOf(this.lab).find(region, REPOSITORY, repositoryName) : undefined
    if (!found)
      throw absent('RepositoryNotFoundException', 'The repository with', repositoryName, registryId, 'does not exist ')
    return found
  }
}

const noPolicy = (kind: string): string => `${kind} policy does not exist for the repository with`

const absent = (code: string, what: string, name = '', registry = ACCOUNT, how = ''): Error =>
  fault(code, `${what} name '${name}' ${how}in the registry with id '${registry}'`)

const noImage = ({imageDigest = 'null', imageTag = 'null'}: Api.ImageIdentifier, repository?: string): Error =>
  absent(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with`,
    repository,
  )

/** Settings as ECR has them where a template says nothing. */
function shown({properties, attributes, createdAt, physicalId}: ResourceRecord): Api.Repository {
  const {ImageTagMutability = 'MUTABLE', ImageScanningConfiguration, EncryptionConfiguration} = properties
  const {EncryptionType = 'AES256', KmsKey} = EncryptionConfiguration ?? {}
  return {
    repositoryArn: attributes.Arn,
    registryId: ACCOUNT,
    repositoryName: physicalId,
    repositoryUri: attributes.RepositoryUri,
    createdAt,
    imageTagMutability: ImageTagMutability,
    imageScanningConfiguration: {scanOnPush: String(ImageScanningConfiguration?.ScanOnPush) === 'true'},
    encryptionConfiguration: {encryptionType: EncryptionType, kmsKey: KmsKey},
  }
}
