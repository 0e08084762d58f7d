import {expect} from 'chai'
import {failure, smallLab, type SmallLab} from './small-lab.js'
import {thing, things, type Things} from './things.js'

const PAUSED = {DisableRollback: true}

describe('rollbacks that are asked for', () => {
  let made: Things
  let small: SmallLab
  /** Logical ids of things whose next updates fail. */
  const stuck = new Set<string>()

  beforeEach(() => {
    made = things()
    stuck.clear()
    const {update} = made.provider
    made.provider.update = async (...all) => {
      if (stuck.has(all[3].logicalId)) throw new Error('is stuck')
      return update!(...all)
    }
    small = smallLab({extra: {'Test::Thing': made.provider}})
  })

  const status = async (StackName = 'app'): Promise<string> =>
    (await small.cfn('DescribeStacks', {StackName})).Stacks[0].StackStatus

  const run = async (operation: string, more: object = {}): Promise<string> => {
    await small.cfn(operation, {StackName: 'app', ...more})
    return (await small.cloudformation.settled('app', 'us-east-1')).status
  }

  const BEFORE = {Resources: {A: thing({Size: 1}), B: thing({Size: 1}, {DependsOn: 'A'})}}

  describe('of a failed creation that was left as it was', () => {
    const TEMPLATE = {
      Resources: {
        A: thing({Size: 1}),
        Kept: thing({Size: 1}, {DeletionPolicy: 'Retain'}),
        B: thing({Fail: true}, {DependsOn: ['A', 'Kept']}),
      },
    }

    it('delete what was made, and keep what is to be retained', async () => {
      await small.deploy('app', TEMPLATE, PAUSED)
      expect(await status()).equal('CREATE_FAILED')
      expect(await run('RollbackStack')).equal('ROLLBACK_COMPLETE')
      expect([...made.alive].map((id) => id.split('-')[0])).deep.equal(['Kept'])
    })

    it('delete that too, where new things are not to be retained', async () => {
      await small.deploy('app', TEMPLATE, PAUSED)
      expect(await run('RollbackStack', {RetainExceptOnCreate: true})).equal('ROLLBACK_COMPLETE')
      expect([...made.alive]).deep.equal([])
    })

    it('want to be asked for before an update that would roll back itself', async () => {
      await small.deploy('app', TEMPLATE, PAUSED)
      const refused = await failure(small.update('app', BEFORE))
      expect(refused.message).match(/^This stack is currently in a non-terminal \[CREATE_FAILED\] state/)
    })
  })

  it('field report 17: tell a resource that it is taken back, and no other time', async () => {
    const told: string[] = []
    const {update} = made.provider
    made.provider.update = async (...all) => {
      told.push(`${all[3].logicalId} ${all[3].rollback}`)
      return update!(...all)
    }
    await small.deploy('app', BEFORE)
    const failing = {Resources: {A: thing({Size: 2}), B: thing({FailUpdate: true}, {DependsOn: 'A'})}}
    expect((await small.update('app', failing)).StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
    expect(told).deep.equal(['A false', 'B false', 'B true', 'A true'])
  })

  describe('of a failed update that was left as it was', () => {
    const change = (more: object = {}) => ({
      Resources: {A: thing({Size: 2}), B: thing({FailUpdate: true}, {DependsOn: 'A'}), ...more},
    })

    it('take everything back, also of the updates that came after it', async () => {
      await small.deploy('app', BEFORE)
      expect((await small.update('app', change({C: thing()}), PAUSED)).StackStatus).equal('UPDATE_FAILED')
      const again = change({A: thing({Size: 3, Name: 'new'})})
      expect((await small.update('app', again, PAUSED)).StackStatus).equal('UPDATE_FAILED')
      made.log.length = 0
      expect(await run('RollbackStack')).equal('UPDATE_ROLLBACK_COMPLETE')
      expect(made.log).include('update A-1 {"Size":1}')
      expect([...made.alive].sort()).deep.equal(['A-1', 'B-2'])
    })

    it('are refused where nothing has failed', async () => {
      await small.deploy('app', BEFORE)
      expect((await failure(run('RollbackStack'))).message).match(
        /is in CREATE_COMPLETE state and can not be rolled back/,
      )
    })

    it('leave nothing of a replacement behind where the stack is deleted instead', async () => {
      await small.deploy('app', BEFORE)
      await small.update('app', change({A: thing({Name: 'new'})}), PAUSED)
      expect(made.alive.size).equal(3)
      const {StackId} = (await small.cfn('DescribeStacks', {StackName: 'app'})).Stacks[0]
      await small.cfn('DeleteStack', {StackName: 'app'})
      await small.cloudformation.settled(StackId, 'us-east-1')
      expect([...made.alive]).deep.equal([])
    })
  })

  describe('that fail themselves', () => {
    /** A's update succeeds, B's fails, and then A cannot go back. */
    async function stick(): Promise<void> {
      await small.deploy('app', BEFORE)
      const {create} = made.provider
      made.provider.create = async (...all) => {
        stuck.add('A')
        return create(...all)
      }
      const after = {A: thing({Size: 2}), B: thing({Size: 1}), C: thing({Fail: true}, {DependsOn: 'A'})}
      expect((await small.update('app', {Resources: after})).StackStatus).equal('UPDATE_ROLLBACK_FAILED')
    }

    it('name what cannot go back, and go on once it can', async () => {
      await stick()
      const events = await small.events('app')
      expect(events).include('A UPDATE_FAILED')
      expect(events.slice(events.indexOf('app UPDATE_ROLLBACK_IN_PROGRESS'))).include('A UPDATE_FAILED')
      expect((await small.cfn('DescribeStacks', {StackName: 'app'})).Stacks[0].StackStatusReason).equal(
        'The following resource(s) failed to update: [A]. ',
      )
      expect(await run('ContinueUpdateRollback')).equal('UPDATE_ROLLBACK_FAILED')
      stuck.clear()
      expect(await run('ContinueUpdateRollback')).equal('UPDATE_ROLLBACK_COMPLETE')
      expect(made.log.at(-1)).equal('update A-1 {"Size":1}')
    })

    it('go on without what is to be skipped, and skip nothing that did not fail', async () => {
      await stick()
      const refused = await failure(run('ContinueUpdateRollback', {ResourcesToSkip: ['B']}))
      expect(refused.message).match(/can not be skipped: \[B\]/)
      expect(await run('ContinueUpdateRollback', {ResourcesToSkip: ['A']})).equal('UPDATE_ROLLBACK_COMPLETE')
      expect((await failure(run('ContinueUpdateRollback'))).message).match(/can not continue update rollback/)
    })
  })

  it('let a stack go by force whose resources do not', async () => {
    const {StackId} = await small.deploy('app', {Resources: {A: thing(), B: thing({FailDelete: true})}})
    const force = {StackName: 'app', DeletionMode: 'FORCE_DELETE_STACK'}
    expect((await failure(small.cfn('DeleteStack', force))).message).match(
      /only be used for stacks in DELETE_FAILED state/,
    )
    await small.cfn('DeleteStack', {StackName: 'app'})
    expect((await small.cloudformation.settled(StackId, 'us-east-1')).status).equal('DELETE_FAILED')
    await small.cfn('DeleteStack', force)
    expect((await small.cloudformation.settled(StackId, 'us-east-1')).status).equal('DELETE_COMPLETE')
    expect(await small.events(StackId)).include('B DELETE_SKIPPED')
  })
})
