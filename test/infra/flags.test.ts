import {expect} from 'chai'
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
