import {ArnFormat} from 'aws-cdk-lib'
import {CfnBackupPlan, CfnBackupSelection} from 'aws-cdk-lib/aws-backup'
import {ManagedPolicy, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {Backup} from './config.js'
import type {DataStack} from './data-stack.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'
import {OWNERSHIP_TAG} from './synthesizer.js'

/** Each day at five o'clock UTC, which is also AWS Backup's own default. */
const DAILY = 'cron(0 5 ? * * *)'
const POLICY = 'service-role/AWSBackupServiceRolePolicyForBackup'

export interface BackupStackProps extends RegionStackProps {
  backup: Backup
  /** Of both regions: a copy needs the vault of the other one. */
  data: DataStack[]
}

/**
 * The plan by which AWS Backup keeps one region's cluster in that region's vault, and a copy in the other's. AWS Backup keeps and restores
 * clusters ("Restoring an Amazon Aurora cluster", AWS Backup developer guide), and knows no global database: that it backs up a member as
 * any other cluster, primary or not, is assumed. So each region has a plan: whichever is the primary is backed up.
 */
export class BackupStack extends RegionStack {
  constructor(scope: Construct, id: string, props: BackupStackProps) {
    super(scope, id, props)
    const {app} = this.config
    const own = props.data.find(({region}) => region === this.region)!
    for (const data of props.data) this.addStackDependency(data, 'its vault takes backups or their copies')

    const name = `${this.names.lower}-${this.region}`
    const lifecycle = {deleteAfterDays: props.backup.retentionDays}
    const plan = new CfnBackupPlan(this, 'Plan', {
      backupPlan: {
        backupPlanName: name,
        backupPlanRule: [
          {
            ruleName: 'daily',
            scheduleExpression: DAILY,
            targetBackupVault: own.backupVaultName!,
            lifecycle,
            copyActions: [{destinationBackupVaultArn: this.vaultOf(this.other), lifecycle}],
          },
        ],
      },
    })

    const role = new Role(this, 'Role', {
      description: "Lets AWS Backup take snapshots of the cluster, and copy them to the other region's vault",
      assumedBy: new ServicePrincipal('backup.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(POLICY)],
    })
    acknowledge(
      role,
      `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${POLICY}]`,
      "What a backup job calls is AWS Backup's to say, and changes with it: this is its own policy for backups, which restores nothing and deletes no database.",
    )

    new CfnBackupSelection(this, 'Cluster', {
      backupPlanId: plan.attrBackupPlanId,
      backupSelection: {
        selectionName: name,
        iamRoleArn: role.roleArn,
        resources: [own.clusterArn],
        // Both must hold: a cluster that has taken the name, and not the tag, is not ours.
        conditions: {StringEquals: [{ConditionKey: `aws:ResourceTag/${OWNERSHIP_TAG}`, ConditionValue: app}]},
      },
    })
  }

  private vaultOf(region: string): string {
    return this.formatArn({
      service: 'backup',
      region,
      resource: 'backup-vault',
      resourceName: this.names.backupVault(region),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
  }
}
