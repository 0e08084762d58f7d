/** What a switch changes of a deployment on a lab. Two looks are equal where nothing was switched between them. */

import {GetFunctionConcurrencyCommand, LambdaClient, ListFunctionsCommand} from '@aws-sdk/client-lambda'
import {ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3'
import type {StatusResult} from '../../src/actions/status/result.js'
import {labKeys, type LabAccess} from './lab.js'

/** `status`: as `status --json` gives it now. */
export async function switchState(lab: LabAccess, status: StatusResult): Promise<object> {
  const {app, situation, primary, standby, edge, unprovenFence, unfinished, regions} = status
  const sides = await Promise.all(
    regions.map(async ({region, role, writers}) => ({region, role, writers, ...(await heldIn(lab, app, region))})),
  )
  return {situation, primary, standby, edge, unprovenFence, unfinished, sides}
}

/** The reserved concurrency of each function, and the objects of the bucket in which the lease and the runs are. */
async function heldIn(lab: LabAccess, app: string, region: string): Promise<object> {
  const client = {region, endpoint: lab.endpoint, credentials: labKeys(lab)}
  const lambda = new LambdaClient(client)
  const {Functions = []} = await lambda.send(new ListFunctionsCommand({}))
  const concurrency = await Promise.all(
    Functions.map(async ({FunctionName}) => {
      const {ReservedConcurrentExecutions} = await lambda.send(new GetFunctionConcurrencyCommand({FunctionName}))
      return [FunctionName, ReservedConcurrentExecutions]
    }),
  )
  const Bucket = `${app.toLowerCase()}-lease-000000000000-${region}`
  const {Contents = []} = await new S3Client({...client, forcePathStyle: true}).send(new ListObjectsV2Command({Bucket}))
  return {concurrency, objects: Contents.map(({Key, ETag, LastModified}) => ({Key, ETag, LastModified}))}
}
