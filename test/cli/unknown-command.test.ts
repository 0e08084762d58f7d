import {expect} from 'chai'
import {unknownCommand} from '../../src/cli/unknown-command.js'

const IDS = ['failover', 'failback', 'status', 'steer', 'lab:start', 'lab:status', 'lab:stop', 'outage:start']

const told = (...typed: string[]): (string | undefined)[] => {
  const {message, why, next} = unknownCommand(typed, IDS)
  return [message, why, next]
}

describe('an unknown command', () => {
  it('names the nearest one, whatever follows', () => {
    const failover = ['unknown command: failovr', 'did you mean failover?', 'todo-dr failover --help']
    expect(told('failovr')).to.deep.equal(failover)
    expect(told('failovr', 'us-east-2', '--json')).to.deep.equal(failover)
  })

  it('is compared with its topic', () => {
    expect(told('lab', 'stpo')).to.deep.equal([
      'unknown command: lab stpo',
      'did you mean lab stop?',
      'todo-dr lab stop --help',
    ])
    expect(told('labs', 'status')).to.deep.include('did you mean lab status?')
  })

  it('has several nearest ones, and then the help of the topic is next', () => {
    expect(told('lab', 'statr').slice(1)).to.deep.equal(['did you mean lab start or lab status?', 'todo-dr lab --help'])
  })

  it('is near to none where it is another word', () => {
    expect(told('frobnicate')).to.deep.equal(['unknown command: frobnicate', undefined, 'todo-dr --help'])
    expect(told('lab', 'frobnicate')).to.deep.equal([
      'unknown command: lab frobnicate',
      undefined,
      'todo-dr lab --help',
    ])
  })

  it('may be a known one with a word too many', () => {
    expect(told('outage', 'start', 'us-east-1', '--json')).to.deep.equal([
      'unexpected argument: us-east-1',
      'outage start does not take it',
      'todo-dr outage start --help',
    ])
  })

  it('may be a flag that stands too early', () => {
    expect(told('--target', 'lab', 'status')[0]).to.equal('the command must come first')
  })
})
