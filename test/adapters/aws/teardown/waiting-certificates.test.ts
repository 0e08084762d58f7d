import {expect} from 'chai'
import type {StackResourceSummary} from '@aws-sdk/client-cloudformation'
import {waitingCertificates} from '../../../../src/adapters/aws/teardown/stacks.js'

const resource = (id: string, type: string, status: string): StackResourceSummary => ({
  LogicalResourceId: id,
  ResourceType: `AWS::${type}`,
  ResourceStatus: status as StackResourceSummary['ResourceStatus'],
  LastUpdatedTimestamp: new Date(),
})

describe('a stack that waits for a certificate', () => {
  const done = resource('Bucket', 'S3::Bucket', 'CREATE_COMPLETE')
  const certificate = resource('Certificate', 'CertificateManager::Certificate', 'CREATE_IN_PROGRESS')

  it('is known by it where nothing else is under way', () => {
    expect(waitingCertificates([done, certificate])).to.deep.equal([certificate])
  })

  it('is waited for where something else is made, too, or nothing is', () => {
    const cluster = resource('Cluster', 'RDS::DBCluster', 'CREATE_IN_PROGRESS')
    expect(waitingCertificates([done, certificate, cluster])).to.deep.equal([])
    expect(waitingCertificates([done])).to.deep.equal([])
  })
})
