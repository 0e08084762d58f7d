import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type GetLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs'
import {expect} from 'chai'

import {LogsService} from '../../../src/aws/logs/service.js'
import {refusal} from '../../support/lab-data-plane.js'
import {testLab, type TestLab} from '../../wire/support.js'

const names = {logGroupName: '/g', logStreamName: 's'}

describe('log streams', () => {
  let test: TestLab
  let client: CloudWatchLogsClient

  beforeEach(async () => {
    test = await testLab((lab) => new LogsService(lab))
    client = new CloudWatchLogsClient(test.client())
    await client.send(new CreateLogGroupCommand({logGroupName: '/g', tags: {owner: 'us'}}))
    await client.send(new CreateLogStreamCommand(names))
    const logEvents = ['one', 'two', 'three'].map((message, index) => ({message, timestamp: 1000 + index}))
    await client.send(new PutLogEventsCommand({...names, logEvents}))
  })

  afterEach(() => test.close())

  const read = async (more: Partial<GetLogEventsCommandInput> = {}) => {
    const {events, nextForwardToken, nextBackwardToken} = await client.send(
      new GetLogEventsCommand({...names, ...more}),
    )
    return {words: events!.map(({message}) => message), nextForwardToken, nextBackwardToken}
  }

  it('give back what was written, by time, and page by page from both ends', async () => {
    expect((await read()).words).deep.equal(['one', 'two', 'three'])
    expect((await read({startTime: 1001, endTime: 1002})).words).deep.equal(['two'])
    const last = await read({limit: 2})
    expect(last.words).deep.equal(['two', 'three'])
    expect((await read({limit: 2, nextToken: last.nextBackwardToken})).words).deep.equal(['one'])
    const first = await read({limit: 2, startFromHead: true})
    const second = await read({limit: 2, nextToken: first.nextForwardToken})
    expect([first.words, second.words]).deep.equal([['one', 'two'], ['three']])
    const end = await read({nextToken: second.nextForwardToken})
    expect([end.words, end.nextForwardToken]).deep.equal([[], second.nextForwardToken])
    expect((await refusal(read({nextToken: 'x'}))).name).equal('InvalidParameterException')
  })

  it('are listed, made once, and gone with their group', async () => {
    const {logStreams} = await client.send(new DescribeLogStreamsCommand({logGroupName: '/g'}))
    expect(logStreams!.map(({logStreamName, lastEventTimestamp}) => [logStreamName, lastEventTimestamp])).deep.equal([
      ['s', 1002],
    ])
    expect((await refusal(client.send(new CreateLogStreamCommand(names)))).name).equal('ResourceAlreadyExistsException')
    const again = client.send(new CreateLogGroupCommand({logGroupName: '/g'}))
    expect((await refusal(again)).name).equal('ResourceAlreadyExistsException')
    await client.send(new DeleteLogGroupCommand({logGroupName: '/g'}))
    await client.send(new CreateLogGroupCommand({logGroupName: '/g'}))
    expect((await refusal(read())).name).equal('ResourceNotFoundException')
  })
})
