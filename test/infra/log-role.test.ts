import {APIGatewayClient, GetAccountCommand, UpdateAccountCommand} from '@aws-sdk/client-api-gateway'
import {expect} from 'chai'
import {ApiGatewayService} from '../../lab/src/aws/apigateway/service.js'
import {fault, type CallContext} from '../../lab/src/kernel.js'
import {keysOf, testLab, type TestLab} from '../../lab/test/wire/support.js'
import {settle} from '../../infra-template/lambda/log-role/settle.js'

const OURS = 'arn:aws:iam::000000000000:role/ours'
const OTHERS = 'arn:aws:iam::000000000000:role/of-others'

describe('the log role of API Gateway', () => {
  let test: TestLab
  let client: APIGatewayClient

  beforeEach(async () => {
    test = await testLab((lab) => new ApiGatewayService(lab))
    client = new APIGatewayClient({endpoint: test.lab.endpoint, region: 'us-east-2', credentials: keysOf(test.lab)})
  })

  afterEach(() => test.close())

  const standing = async () => (await client.send(new GetAccountCommand({}))).cloudwatchRoleArn

  it('aws 07: is ours where there is none, and stays ours', async () => {
    expect(await settle(client, OURS)).to.equal('ours')
    expect(await standing()).to.equal(OURS)
    expect(await settle(client, OURS)).to.equal('ours')
  })

  it('aws 07: is that of others where they have set one', async () => {
    const patchOperations = [{op: 'replace' as const, path: '/cloudwatchRoleArn', value: OTHERS}]
    await client.send(new UpdateAccountCommand({patchOperations}))
    expect(await settle(client, OURS)).to.equal('of-others')
    expect(await standing()).to.equal(OTHERS)
  })

  it('aws 07: is set as soon as API Gateway takes it, which refuses a role that IAM has yet to spread', async () => {
    const {operations} = test.lab.service('apigateway')
    const updateAccount = operations.UpdateAccount!
    let refusals = 2
    Object.assign(operations, {
      UpdateAccount(input: object, context: CallContext) {
        if (refusals-- > 0)
          throw fault('BadRequestException', 'The role ARN does not have required permissions configured.')
        return updateAccount.call(undefined as never, input, context)
      },
    })
    expect(await settle(client, OURS, 1)).to.equal('ours')
    expect([await standing(), refusals]).to.deep.equal([OURS, -1])
  })
})
