/** A custom resource's reply to CloudFormation ("Custom resource response objects", CloudFormation template reference). */

import {request} from 'node:https'

/** What CloudFormation sends. */
export interface ResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
}

/** Without a `problem` it succeeded. */
export function reply(event: ResourceEvent, PhysicalResourceId: string, problem?: string): Promise<void> {
  const {StackId, RequestId, LogicalResourceId} = event
  const Status = problem === undefined ? 'SUCCESS' : 'FAILED'
  const body = JSON.stringify({Status, Reason: problem, PhysicalResourceId, StackId, RequestId, LogicalResourceId})
  return new Promise((resolve, reject) => {
    // The address is signed without a content type.
    const headers = {'content-type': '', 'content-length': Buffer.byteLength(body)}
    const sent = request(event.ResponseURL, {method: 'PUT', headers}, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
