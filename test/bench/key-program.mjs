/**
 * The program of a route of the kind `command`: it sets the key of a KeyValueStore, as a user's own could. On a lab at `PORT`:
 * `node key-program.mjs PORT CREDENTIALS-FILE STORE-ARN KEY serving|steer [REGION]`
 */

import '@aws-sdk/signature-v4a'
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore'
import {Agent} from 'node:http'

const [port, credentialsFile, KvsARN, Key, what, Value] = process.argv.slice(2)
process.env.AWS_SHARED_CREDENTIALS_FILE = credentialsFile
/** The SDK puts the account in front of the host's name, which not every resolver knows then. */
const lookup = (_host, {all}, callback) =>
  all ? callback(null, [{address: '127.0.0.1', family: 4}]) : callback(null, '127.0.0.1', 4)
const client = new CloudFrontKeyValueStoreClient({
  region: 'us-east-1',
  endpoint: `http://localhost:${port}`,
  requestHandler: {httpAgent: new Agent({lookup})},
  profile: 'default',
})
if (what === 'serving') {
  const found = await client.send(new GetKeyCommand({KvsARN, Key}))
  console.log(found.Value)
} else {
  const {ETag: IfMatch} = await client.send(new DescribeKeyValueStoreCommand({KvsARN}))
  await client.send(new PutKeyCommand({KvsARN, Key, Value, IfMatch}))
}
