import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import {expect} from 'chai'
import fc from 'fast-check'

import {randomPassword} from '../../../src/aws/secretsmanager/password.js'
import {SecretsManagerService} from '../../../src/aws/secretsmanager/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

const messageOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('Secrets Manager', () => {
  let lab: TestLab
  let home: SecretsManagerClient
  let away: SecretsManagerClient

  beforeEach(async () => {
    lab = await testLab((self) => new SecretsManagerService(self))
    home = new SecretsManagerClient(lab.client(HOME))
    away = new SecretsManagerClient(lab.client(AWAY))
  })

  afterEach(() => lab.close())

  const create = (input: object = {}) =>
    home.send(new CreateSecretCommand({Name: 'App/db', SecretString: 'one', ...input}))
  const valueIn = async (client: SecretsManagerClient, SecretId = 'App/db'): Promise<string | undefined> =>
    (await client.send(new GetSecretValueCommand({SecretId}))).SecretString

  it('finds a secret by name, ARN, and ARN without its suffix', async () => {
    const {ARN} = await create()
    expect(ARN).to.match(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:App\/db-[A-Za-z\d]{6}$/)
    for (const id of ['App/db', ARN!, ARN!.slice(0, -7)]) expect(await valueIn(home, id)).to.equal('one')
    expect(
      await home.send(new GetSecretValueCommand({SecretId: 'App'})).catch((error: unknown) => error),
    ).to.be.instanceOf(ResourceNotFoundException)
    expect(await create().catch((error: unknown) => error)).to.be.instanceOf(ResourceExistsException)
  })

  it('keeps the previous value under its stage', async () => {
    await create()
    await home.send(new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'two'}))
    await home.send(new UpdateSecretCommand({SecretId: 'App/db', SecretString: 'three'}))
    expect(await valueIn(home)).to.equal('three')
    const previous = await home.send(new GetSecretValueCommand({SecretId: 'App/db', VersionStage: 'AWSPREVIOUS'}))
    expect(previous.SecretString).to.equal('two')
    const {VersionIdsToStages} = await home.send(new DescribeSecretCommand({SecretId: 'App/db'}))
    expect(Object.values(VersionIdsToStages!).sort()).to.deep.equal([['AWSCURRENT'], ['AWSPREVIOUS']])
  })

  it('does nothing for a token that was used with the same value', async () => {
    const ClientRequestToken = 'token-token-token-token-token-12'
    await create({ClientRequestToken})
    await create({ClientRequestToken})
    expect(await messageOf(create({ClientRequestToken, SecretString: 'other'}))).to.contain('ResourceExistsException')
    expect(await valueIn(home)).to.equal('one')
  })

  describe('a replica', () => {
    beforeEach(() => create({AddReplicaRegions: [{Region: AWAY}]}))

    it('is a byte copy under the same name and suffix', async () => {
      const primary = await home.send(new DescribeSecretCommand({SecretId: 'App/db'}))
      const replica = await away.send(new DescribeSecretCommand({SecretId: 'App/db'}))
      expect(replica.ARN).to.equal(primary.ARN!.replace(HOME, AWAY))
      expect([primary.PrimaryRegion, replica.PrimaryRegion]).to.deep.equal([HOME, HOME])
      expect(primary.ReplicationStatus).to.have.nested.property('[0].Status', 'InSync')
      const [one, two] = await Promise.all(
        [home, away].map((client) => client.send(new GetSecretValueCommand({SecretId: 'App/db'}))),
      )
      expect([two!.SecretString, two!.VersionId]).to.deep.equal([one!.SecretString, one!.VersionId])
    })

    it('follows its primary, and cannot be changed', async () => {
      await home.send(new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'two'}))
      expect(await valueIn(away)).to.equal('two')
      const calls = [
        new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'x'}),
        new DeleteSecretCommand({SecretId: 'App/db'}),
      ]
      for (const call of calls)
        expect(await messageOf(away.send(call as never))).to.contain('not permitted on a replica')
      expect(await valueIn(away)).to.equal('two')
    })

    it('outlives the loss of home, and takes over for good when it is promoted', async () => {
      await lab.lab.faults.start({kind: 'region-loss', region: HOME})
      expect(await valueIn(away)).to.equal('one')
      await away.send(new StopReplicationToReplicaCommand({SecretId: 'App/db'}))
      await away.send(new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'away'}))
      await lab.lab.faults.lift({kind: 'region-loss', region: HOME})
      await home.send(new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'home'}))
      expect([await valueIn(home), await valueIn(away)]).to.deep.equal(['home', 'away'])
    })

    it('misses what changes while its region is lost, and catches up', async () => {
      await lab.lab.faults.start({kind: 'region-loss', region: AWAY})
      await home.send(new PutSecretValueCommand({SecretId: 'App/db', SecretString: 'two'}))
      const {ReplicationStatus} = await home.send(new DescribeSecretCommand({SecretId: 'App/db'}))
      expect(ReplicationStatus?.[0]?.Status).to.equal('InProgress')
      await lab.lab.faults.lift({kind: 'region-loss', region: AWAY})
      expect(await valueIn(away)).to.equal('two')
    })

    it('keeps its primary from being deleted until it is removed', async () => {
      const remove = new DeleteSecretCommand({SecretId: 'App/db', ForceDeleteWithoutRecovery: true})
      expect(await messageOf(home.send(remove))).to.contain('still has replica regions')
      await home.send(new RemoveRegionsFromReplicationCommand({SecretId: 'App/db', RemoveReplicaRegions: [AWAY]}))
      await home.send(remove)
      for (const client of [home, away])
        expect(await messageOf(valueIn(client))).to.contain('ResourceNotFoundException')
    })
  })

  it('does not overwrite a foreign secret of the same name unless it is told to', async () => {
    await away.send(new CreateSecretCommand({Name: 'App/db', SecretString: 'foreign'}))
    await create({AddReplicaRegions: [{Region: AWAY}]})
    const {ReplicationStatus} = await home.send(new DescribeSecretCommand({SecretId: 'App/db'}))
    expect(ReplicationStatus?.[0]?.Status).to.equal('Failed')
    expect(await valueIn(away)).to.equal('foreign')
    const force = {SecretId: 'App/db', AddReplicaRegions: [{Region: AWAY}], ForceOverwriteReplicaSecret: true}
    await home.send(new ReplicateSecretToRegionsCommand(force))
    expect(await valueIn(away)).to.equal('one')
  })

  it('keeps a deleted secret for its recovery window', async () => {
    await create()
    await home.send(new DeleteSecretCommand({SecretId: 'App/db'}))
    expect(await messageOf(valueIn(home))).to.contain('marked for deletion')
    expect(await messageOf(create())).to.contain('scheduled for deletion')
    expect((await home.send(new ListSecretsCommand({}))).SecretList).to.deep.equal([])
    await home.send(new RestoreSecretCommand({SecretId: 'App/db'}))
    expect(await valueIn(home)).to.equal('one')
  })

  it('makes passwords as it is asked', async () => {
    const {RandomPassword} = await home.send(
      new GetRandomPasswordCommand({ExcludePunctuation: true, PasswordLength: 24}),
    )
    expect(RandomPassword).to.match(/^[A-Za-z\d]{24}$/)
    fc.assert(
      fc.property(fc.integer({min: 4, max: 64}), fc.string({maxLength: 20}), (PasswordLength, ExcludeCharacters) => {
        const password = randomPassword({PasswordLength, ExcludeCharacters, RequireEachIncludedType: false})
        expect(password).to.have.length(PasswordLength)
        expect([...password].filter((character) => ExcludeCharacters.includes(character))).to.deep.equal([])
      }),
    )
    const each = randomPassword({PasswordLength: 4})
    for (const type of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/]) expect(each).to.match(type)
  })
})
