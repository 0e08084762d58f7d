import {expect} from 'chai'

import {clusterInsights, instanceInsights} from '../../../src/aws/rds/insights.js'
import {DatabaseLab, HOME} from '../../support/lab-database.js'

const ADVANCED = {
  DatabaseInsightsMode: 'advanced',
  EnablePerformanceInsights: true,
  PerformanceInsightsRetentionPeriod: 465,
} as const

describe('Database Insights', () => {
  const refusal = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      return `${(error as {code: string}).code}: ${(error as Error).message}`
    }

    return 'was not refused'
  }

  it('aws 15: the advanced mode wants Performance Insights for 465 days, said in the very call that turns it on', () => {
    expect(clusterInsights({...ADVANCED, PerformanceInsightsKMSKeyId: 'k'} as never)).deep.equal({
      mode: 'advanced',
      enabled: true,
      retention: 465,
      kmsKeyId: 'k',
    })
    const text =
      /^InvalidParameterCombination: To enable the Advanced mode of Database Insights, .* at least 465 days\.$/
    const ready = clusterInsights({EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465} as never)
    for (const [input, before] of [
      [{DatabaseInsightsMode: 'advanced'}, undefined],
      [{...ADVANCED, EnablePerformanceInsights: false}, undefined],
      [{...ADVANCED, PerformanceInsightsRetentionPeriod: 434}, undefined],
      [{DatabaseInsightsMode: 'advanced'}, ready],
      [{DatabaseInsightsMode: 'advanced', PerformanceInsightsRetentionPeriod: 465}, ready],
      // What it wants may not be taken away again.
      [{EnablePerformanceInsights: false}, clusterInsights(ADVANCED as never)],
      [{PerformanceInsightsRetentionPeriod: 7}, clusterInsights(ADVANCED as never)],
    ] as const)
      expect(
        refusal(() => clusterInsights(input as never, before)),
        JSON.stringify(input),
      ).match(text)
    expect(clusterInsights(ADVANCED as never, ready)).include({mode: 'advanced'})
    const back = {
      DatabaseInsightsMode: 'standard',
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: 7,
    }
    expect(clusterInsights(back as never, clusterInsights(ADVANCED as never))).include({mode: 'standard', retention: 7})
  })

  it('aws 15: has no other periods than those of RDS, and one key', () => {
    for (const days of [7, 31, 341, 713, 731])
      expect(
        clusterInsights({EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: days} as never),
      ).include({retention: days})
    for (const days of [0, 8, 94, 744])
      expect(refusal(() => clusterInsights({PerformanceInsightsRetentionPeriod: days} as never))).match(
        /^InvalidParameterValue: .*retention/,
      )
    expect(clusterInsights({EnablePerformanceInsights: true} as never)).include({retention: 7})
    const keyed = clusterInsights({...ADVANCED, PerformanceInsightsKMSKeyId: 'one'} as never)
    const other = () => clusterInsights({PerformanceInsightsKMSKeyId: 'two'} as never, keyed)
    expect(refusal(other)).match(/KMS key/)
  })

  it('aws 15: in the advanced mode an instance has the settings of its cluster, and never a mode of its own', () => {
    const cluster = {id: 'c', insights: clusterInsights(ADVANCED as never)}
    expect(instanceInsights({} as never, cluster)).include({enabled: true, retention: 465})
    expect(refusal(() => instanceInsights({EnablePerformanceInsights: false} as never, cluster))).match(
      /settings of the/,
    )
    expect(refusal(() => instanceInsights({DatabaseInsightsMode: 'standard'} as never, cluster))).match(/DB cluster c/)
    const standard = {id: 's', insights: clusterInsights({} as never)}
    expect(instanceInsights({EnablePerformanceInsights: true} as never, standard)).include({retention: 7})
  })

  it('aws 15: is shown of the cluster and of its instances, which follow their cluster', async function () {
    this.timeout(180_000)
    const lab = await DatabaseLab.start()
    try {
      await lab.rds.prepare()
      await lab.pair()
      const DBClusterIdentifier = 'todomgmt-us-east-1'
      await lab.call('ModifyDBCluster', {DBClusterIdentifier, ...ADVANCED}, HOME)
      const [cluster] = (await lab.call('DescribeDBClusters', {DBClusterIdentifier}, HOME)).DBClusters
      const {DBInstances} = await lab.call('DescribeDBInstances', {}, HOME)
      expect(DBInstances).not.lengthOf(0)
      for (const shown of [cluster, ...DBInstances])
        expect(shown).include({
          DatabaseInsightsMode: 'advanced',
          PerformanceInsightsEnabled: true,
          PerformanceInsightsRetentionPeriod: 465,
        })
      const {DBInstanceIdentifier} = DBInstances[0]
      const off = {DBInstanceIdentifier, EnablePerformanceInsights: false}
      expect(await lab.refusal('ModifyDBInstance', off)).equal('InvalidParameterCombination')
    } finally {
      await lab.stop()
    }
  })
})
