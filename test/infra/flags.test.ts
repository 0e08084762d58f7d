import {expect} from 'chai'
import type {ProxyAuth} from '../../infra-template/lib/config.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const REGIONS = ['us-east-1', 'us-east-2']

/** What config.json turns on. Each is off in the template of the other tests, whose resources are a golden table. */
describe('the flags of the template', function () {
  this.timeout(60_000)
  const workshop = new Workshop()

  before(() => workshop.prepare())

  after(() => workshop.close())

  const of = (assembly: Assembly, part: string, type: string): Resource[][] =>
    REGIONS.map((region) => assembly.resources(`ToDoMgmt-${part}-${region}`, type))

  describe('backup', () => {
    const backup = {retentionDays: 30, lock: 'governance'} as const
    const vaultsOf = (assembly: Assembly): Resource[] =>
      of(assembly, 'data', 'AWS::Backup::BackupVault').map(([vault]) => vault!)

    it('aws 15: has each region back up its own cluster, with a copy in the other region, by name and tag', () => {
      const assembly = workshop.synth({backup})
      const plans = of(assembly, 'backup', 'AWS::Backup::BackupPlan')
      const selections = of(assembly, 'backup', 'AWS::Backup::BackupSelection')
      for (const [index, region] of REGIONS.entries()) {
        const other = REGIONS[1 - index]!
        const [rule, ...more] = plans[index]![0]!.properties.BackupPlan.BackupPlanRule
        expect(more).to.deep.equal([])
        expect(rule.TargetBackupVault).to.have.property('Fn::ImportValue')
        expect(rule.Lifecycle).to.deep.equal({DeleteAfterDays: 30})
        const [{DestinationBackupVaultArn, Lifecycle}] = rule.CopyActions
        expect(JSON.stringify(DestinationBackupVaultArn))
          .to.include(`:backup:${other}:`)
          .and.include(`todomgmt-${other}`)
        expect(Lifecycle).to.deep.equal({DeleteAfterDays: 30})
        const {Resources, Conditions} = selections[index]![0]!.properties.BackupSelection
        expect(JSON.stringify(Resources)).to.include(`:rds:${region}:`).and.include(`:cluster:todomgmt-${region}`)
        expect(Conditions.StringEquals).to.deep.equal([
          {ConditionKey: 'aws:ResourceTag/todo-dr:app', ConditionValue: 'ToDoMgmt'},
        ])
      }
    })

    it('aws 15: locks each vault so that it can be undone, and for ever only where that is asked for, with a warning', () => {
      const made = vaultsOf(workshop.synth({backup}))
      expect(made.map(({properties}) => properties.BackupVaultName)).to.deep.equal(
        REGIONS.map((region) => `todomgmt-${region}`),
      )
      for (const {properties, raw} of made) {
        expect(properties.LockConfiguration).to.deep.equal({MinRetentionDays: 30})
        expect(raw.DeletionPolicy).to.equal('Delete')
      }

      const forEver = workshop.synth({backup: {...backup, lock: 'compliance'}, protect: true})
      for (const {properties, raw} of vaultsOf(forEver)) {
        expect(properties.LockConfiguration).to.deep.equal({MinRetentionDays: 30, ChangeableForDays: 3})
        expect(raw.DeletionPolicy).to.equal('Retain')
      }

      for (const region of REGIONS)
        expect(forEver.files[`ToDoMgmt-data-${region}.metadata.json`]).to.match(
          /compliance mode\. 3 days after .* nobody can change or remove it/,
        )
    })

    it('aws 15: keeps the keys without which no backup could be read, and the tag of each vault', () => {
      const assembly = workshop.synth({backup})
      for (const [key] of of(assembly, 'data', 'AWS::KMS::Key')) expect(key!.raw.DeletionPolicy).to.equal('Retain')
      for (const {properties} of vaultsOf(assembly)) {
        expect(properties.BackupVaultTags).to.deep.equal({'todo-dr:app': 'ToDoMgmt'})
        expect(properties.EncryptionKeyArn).to.have.property('Fn::GetAtt')
      }
    })
  })

  describe('databaseInsights', () => {
    it('aws 15: turns on Performance Insights in the cluster and in each of its instances alike, with the key of the data', () => {
      for (const [databaseInsights, PerformanceInsightsRetentionPeriod] of [
        ['standard', 7],
        ['advanced', 465],
      ] as const) {
        const assembly = workshop.synth({databaseInsights})
        for (const [cluster, ...more] of of(assembly, 'data', 'AWS::RDS::DBCluster')) {
          expect(more).to.deep.equal([])
          const {KmsKeyId, PerformanceInsightsKmsKeyId} = cluster!.properties
          expect(PerformanceInsightsKmsKeyId).to.deep.equal(KmsKeyId)
          expect(cluster!.properties).to.include({
            DatabaseInsightsMode: databaseInsights,
            PerformanceInsightsEnabled: true,
            PerformanceInsightsRetentionPeriod,
          })
        }

        const instances = assembly.all('AWS::RDS::DBInstance')
        expect(instances).to.have.length(4)
        for (const {properties} of instances) {
          expect(properties).to.include({EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod})
          expect(properties.PerformanceInsightsKMSKeyId).to.be.an('object')
          expect(properties, 'is that of the cluster').not.to.have.property('DatabaseInsightsMode')
        }
      }
    })
  })

  describe('proxyAuth', () => {
    const PARTS = ['GetToDos', 'UpsertToDos', 'RemoveToDos', 'LedgerCheck']
    const made = new Map<ProxyAuth, Assembly>()
    const synthOf = (proxyAuth: ProxyAuth): Assembly => {
      made.set(proxyAuth, made.get(proxyAuth) ?? workshop.synth({proxyAuth}))
      return made.get(proxyAuth)!
    }
    const functionsOf = (assembly: Assembly): Resource[] =>
      assembly.all('AWS::Lambda::Function').filter(({properties}) => properties.Environment?.Variables.DB_NAME)
    const named =
      (name: string) =>
      (one: Resource): boolean =>
        String(one.properties.FunctionName).endsWith(name)
    /** The actions and resources of all inline policies that name the construct's role, as text. */
    const allowed = (assembly: Assembly, part: string, construct: string): string =>
      JSON.stringify(
        of(assembly, part, 'AWS::IAM::Policy')
          .flat()
          .filter(({id}) => id.startsWith(construct))
          .map(({properties}) => properties.PolicyDocument.Statement),
      )

    it('aws 15: has tokens let in at the cluster and the proxy of both regions, over TLS, beside the secrets', () => {
      for (const proxyAuth of ['both', 'iam'] as const) {
        const assembly = synthOf(proxyAuth)
        for (const {properties} of assembly.all('AWS::RDS::DBCluster'))
          expect(properties).to.include({EnableIAMDatabaseAuthentication: true})
        const proxies = assembly.all('AWS::RDS::DBProxy')
        expect(proxies).to.have.length(2)
        for (const {properties} of proxies) {
          expect(properties).to.include({DefaultAuthScheme: 'IAM_AUTH', RequireTLS: true})
          expect(properties.Auth).to.have.length(2)
        }

        expect(allowed(assembly, 'data', 'ProxyRole'))
          .to.match(/rds-db:connect.*:dbuser:.*DBClusterResourceId.*\/todo_iam/)
          .and.include('secretsmanager:GetSecretValue')
        const makers = functionsOf(assembly).filter(named('CreateTableFunction'))
        expect(makers).to.have.length(2)
        for (const {properties} of makers)
          expect(properties.Environment.Variables)
            .to.include({DB_IAM_USER: 'todo_iam'})
            .and.include.keys('DB_SECRET_ARN', 'DB_ADMIN_SECRET_ARN')
      }
    })

    it('aws 15: with "iam" leaves the functions neither a secret nor the right to read one', () => {
      const [both, iam] = [synthOf('both'), synthOf('iam')]
      for (const part of PARTS) {
        for (const {properties} of functionsOf(both).filter(named(part)))
          expect(properties.Environment.Variables, part)
            .to.include.keys('DB_SECRET_ARN')
            .and.not.include.keys('DB_IAM_USER')
        const found = functionsOf(iam).filter(named(part))
        expect(found, part).to.have.length(2)
        for (const {properties} of found)
          expect(properties.Environment.Variables, part)
            .to.include({DB_IAM_USER: 'todo_iam'})
            .and.not.have.any.keys('DB_SECRET_ARN', 'DB_ADMIN_SECRET_ARN')
        expect(allowed(both, 'api', part))
          .to.include('secretsmanager')
          .and.not.include('rds-db')
        expect(allowed(iam, 'api', part))
          .to.match(/rds-db:connect.*:dbuser:.*\/todo_iam/)
          .and.not.include('secretsmanager')
      }
    })

    it('aws 15: goes back by "secrets", which says so to AWS, and exports what the API needs until then', () => {
      const exportsOf = (proxyAuth: ProxyAuth): string[] =>
        Object.keys(synthOf(proxyAuth).template(`ToDoMgmt-data-${REGIONS[0]}`).Outputs).filter((name) =>
          name.includes('DBProxyArn'),
        )
      expect(exportsOf('iam')).to.have.length(1)
      expect(exportsOf('secrets')).to.deep.equal(exportsOf('iam'))
      const assembly = synthOf('secrets')
      for (const {properties} of assembly.all('AWS::RDS::DBCluster'))
        expect(properties).to.include({EnableIAMDatabaseAuthentication: false})
      for (const {properties} of assembly.all('AWS::RDS::DBProxy'))
        expect(properties).to.include({DefaultAuthScheme: 'NONE'})
    })
  })

  describe('warmUp', () => {
    it('aws 15: calls the functions behind the API of each region every five minutes, with one event', () => {
      for (const rules of of(workshop.synth({warmUp: true}), 'api', 'AWS::Events::Rule')) {
        const [rule, ...more] = rules.filter(({id}) => id.startsWith('WarmUp'))
        expect(more).to.deep.equal([])
        expect(rule!.properties).to.include({ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED'})
        expect(rule!.properties.Targets.map(({Input}: {Input: string}) => Input)).to.deep.equal(
          Array.from({length: 3}, () => '{"warm":true}'),
        )
        const called = JSON.stringify(rule!.properties.Targets.map(({Arn}: {Arn: object}) => Arn))
        for (const part of ['GetToDos', 'UpsertToDos', 'RemoveToDos']) expect(called).to.include(part)
      }
    })

    it('aws 15: keeps no event of a fenced function for the day on which it is opened', () => {
      for (const configs of of(workshop.synth({warmUp: true}), 'api', 'AWS::Lambda::EventInvokeConfig')) {
        expect(configs).to.have.length(3)
        for (const {properties} of configs)
          expect(properties).to.include({MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0, Qualifier: '$LATEST'})
      }
    })
  })
})
