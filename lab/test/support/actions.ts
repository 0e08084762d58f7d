/** The IAM actions that the lab asks for. */

import {makeServices} from '../../src/aws/index.js'
import {needsOf} from '../../src/govern/needs.js'
import type {Service} from '../../src/kernel.js'
import {testLab} from '../wire/support.js'

/** Methods of API Gateway's calls, which are its actions. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Members of an input upon which the action depends. */
const INPUTS = [{}, {VersionId: 'v'}, {Delete: {Objects: [{Key: 'k'}, {Key: 'k', VersionId: 'v'}]}}]

/** Of all its operations that can be called over the wire, each once, in order. */
export async function actionsOfLab(): Promise<string[]> {
  const test = await testLab()
  try {
    const found = await Promise.all(makeServices(test.lab).map((service) => actionsOf(service)))
    return [...new Set(found.flat())].sort()
  } finally {
    await test.close()
  }
}

/** The lab's CloudFormation has operations beside those of the client. */
async function actionsOf({api, operations}: Service): Promise<string[]> {
  const {client, signingName: service} = api
  if (!client) return []
  const known = await client.load()
  const methods = service === 'apigateway' ? METHODS : ['POST']
  const calls = Object.keys(operations)
    .filter((operation) => `${operation}Command` in known)
    .flatMap((operation) => INPUTS.flatMap((input) => methods.map((method) => ({operation, input, method}))))
  const needs = await Promise.all(
    calls.map((call) => needsOf(api, {...call, service, region: 'us-east-1', path: '/x'}, async () => undefined)),
  )
  return needs.flat().map(({action}) => action)
}
