import {ArnFormat, CfnOutput, Duration} from 'aws-cdk-lib'
import type {CfnProject} from 'aws-cdk-lib/aws-codebuild'
import {CfnPipeline} from 'aws-cdk-lib/aws-codepipeline'
import type {CfnPolicy} from 'aws-cdk-lib/aws-iam'
import type {Bucket} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'
import type {DataStack} from './data-stack.js'
import {OLD_DAYS, RUN_BUILD, allowArtifacts, build, programSource, serviceRole, statement} from './pipeline-parts.js'
import {recordedBucket} from './recorded-bucket.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** What the variable COMMAND may be, each with the arguments that say yes: somebody has approved it. */
const ARGUMENTS = {
  switchover: '--yes',
  failback: '--yes',
  failover: '--allow-data-loss --confirm "$APP"',
} as const

/** Minutes to answer in, 5 to 86,400 [CodePipeline API reference, ActionDeclaration; AWS CDK, ManualApprovalAction]. After that it counts as rejected. */
const APPROVAL_MINUTES = 60
/** Of a build: a failback waits until Aurora has rebuilt home, which takes hours. */
const BUILD_MINUTES = 480

const SOURCE = 'Program'

export interface FailoverStackProps extends RegionStackProps {
  data: DataStack
}

/**
 * The pipeline that makes this region the primary. It stands here, with its bucket, build and log, so that an escape to this region
 * needs nothing of the other one. Nothing starts it but a person: not even a new program does. CodePipeline itself starts a pipeline once,
 * when it is made ["Start a pipeline in CodePipeline", CodePipeline user guide]: that execution has no command, and fails for want of a program.
 */
export class FailoverStack extends RegionStack {
  private readonly name: string

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FailoverStackProps,
  ) {
    super(scope, id, props)
    const {region} = this
    this.name = this.names.failoverPipeline(region)
    const bucket = recordedBucket(this, 'Bucket', {
      bucketName: this.names.pipelineBucket(region),
      logBucketName: this.names.pipelineLogBucket(region),
      logPrefix: 'failover/',
      // CodePipeline takes its source from versioned buckets alone [CodePipeline user guide, "Amazon S3 source action reference"].
      versioned: true,
      lifecycleRules: [{noncurrentVersionExpiration: Duration.days(OLD_DAYS)}],
      protect: this.config.protect,
    })
    const project = this.build(bucket)
    this.pipeline(bucket, project)
    new CfnOutput(this, 'PipelineName', {value: this.name})
    new CfnOutput(this, 'PipelineBucketName', {value: bucket.bucketName})
  }

  /** Runs the program in the bucket, as a role that may do what the three switches need. */
  private build(bucket: Bucket): CfnProject {
    const {app, protect, pipelinePolicy} = this.config
    const {project, role} = build(this, '', {
      name: this.name,
      description: `Runs todo-dr for ${app} once it is approved`,
      key: this.props.data.key,
      protect,
      bucket,
      buildSpec: buildSpec(),
      variables: {APP: app},
      minutes: BUILD_MINUTES,
      policy: pipelinePolicy!,
    })
    // Who has approved it: for the journal of the run.
    role.addToPolicy(statement(['codepipeline:ListActionExecutions'], this.pipelineArn))
    return project
  }

  private pipeline(bucket: Bucket, project: CfnProject): void {
    const {data} = this.props
    const {key, alarmTopic} = data
    const role = serviceRole(this, 'PipelineRole', 'codepipeline', 'What the failover pipeline itself may do')
    // The key is that of the topic, too.
    allowArtifacts(role, bucket, key)
    role.addToPolicy(statement(['sns:Publish'], alarmTopic.topicArn))
    role.addToPolicy(statement(RUN_BUILD, project.attrArn))

    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: this.name,
      pipelineType: 'V2',
      executionMode: 'QUEUED',
      roleArn: role.roleArn,
      artifactStore: {type: 'S3', location: bucket.bucketName, encryptionKey: {id: key.keyArn, type: 'KMS'}},
      // Without a default: nothing is switched that nobody has named.
      variables: [{name: 'COMMAND', description: Object.keys(ARGUMENTS).join(', ')}],
      stages: [
        {name: 'Source', actions: [programSource(SOURCE, bucket)]},
        {
          name: 'Approve',
          actions: [
            {
              name: 'Approve',
              actionTypeId: {category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1'},
              configuration: {
                NotificationArn: alarmTopic.topicArn,
                CustomData: `${this.config.app}: #{variables.COMMAND} to be run in ${this.region}. Answer with todo-dr pipeline approve or reject --region ${this.region} within ${APPROVAL_MINUTES} minutes.`,
              },
              timeoutInMinutes: APPROVAL_MINUTES,
            },
          ],
        },
        {
          name: 'Switch',
          actions: [
            {
              name: 'Switch',
              actionTypeId: {category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1'},
              configuration: {
                ProjectName: project.ref,
                EnvironmentVariables: this.toJsonString([
                  {name: 'COMMAND', value: '#{variables.COMMAND}', type: 'PLAINTEXT'},
                  {name: 'EXECUTION', value: '#{codepipeline.PipelineExecutionId}', type: 'PLAINTEXT'},
                ]),
              },
              inputArtifacts: [{name: SOURCE}],
            },
          ],
        },
      ],
    })
    // CodePipeline looks into the bucket as soon as it is there.
    pipeline.addResourceDependency(role.node.findChild('DefaultPolicy').node.defaultChild as CfnPolicy)
  }

  private get pipelineArn(): string {
    return this.formatArn({service: 'codepipeline', resource: this.name, arnFormat: ArnFormat.NO_RESOURCE_NAME})
  }
}

/** No shell sees the variable before it is one of the known words. */
function buildSpec(): object {
  const cases = Object.entries(ARGUMENTS).map(([command, yes]) => `${command}) set -- ${command} ${yes} ;;`)
  return {
    version: 0.2,
    phases: {
      install: {'runtime-versions': {nodejs: 22}},
      build: {
        commands: [
          [
            `case "$COMMAND" in ${cases.join(' ')} *) echo "COMMAND is $COMMAND, but must be ${Object.keys(ARGUMENTS).join(', ')}"; exit 2 ;; esac`,
            'node program/bin/run.js "$@" --approval "$AWS_REGION:$EXECUTION" --no-input',
          ].join('; '),
        ],
      },
    },
  }
}
