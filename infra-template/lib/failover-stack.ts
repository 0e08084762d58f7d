import {ArnFormat, CfnOutput, Duration} from 'aws-cdk-lib'
import {CfnProject} from 'aws-cdk-lib/aws-codebuild'
import {CfnPipeline} from 'aws-cdk-lib/aws-codepipeline'
import {PolicyStatement, Role, ServicePrincipal, type CfnPolicy} from 'aws-cdk-lib/aws-iam'
import type {Bucket, CfnBucket} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {Statement} from './config.js'
import type {DataStack} from './data-stack.js'
import {logGroup} from './logs.js'
import {recordedBucket} from './recorded-bucket.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** The object that `todo-dr deploy` puts into the bucket: the program, and a todo-dr.yaml with this deployment as its only target. */
export const PROGRAM_KEY = 'todo-dr.zip'
/** What the variable COMMAND may be, each with the arguments that say yes: somebody has approved it. */
const ARGUMENTS = {
  switchover: '--yes',
  failback: '--yes',
  failover: '--allow-data-loss --confirm "$APP"',
} as const

/** Minutes to answer in, 5 to 86,400 [CodePipeline API reference, ActionDeclaration; AWS CDK, ManualApprovalAction]. After that it counts as rejected. */
const APPROVAL_MINUTES = 60
/**
 * Minutes of a build, 5 to 480 [CloudFormation's schema of AWS::CodeBuild::Project; CodeBuild's own API takes more]: a failback waits until
 * Aurora has rebuilt home, which takes hours.
 */
const BUILD_MINUTES = 480
/** Minutes that a build may wait for a machine. */
const QUEUED_MINUTES = 30
/** Days that older programs are kept. */
const OLD_DAYS = 90
/** It has Node.js 22 [CodeBuild user guide, "Available runtimes"]. */
const IMAGE = 'aws/codebuild/amazonlinux-x86_64-standard:5.0'

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
    const {data} = this.props
    const {key} = data
    const logs = logGroup(this, 'Log', {name: `/aws/codebuild/${this.name}`, key, protect: this.config.protect})
    const role = this.role('BuildRole', 'codebuild', 'What the build of the failover pipeline may do')
    role.addToPolicy(statement(['logs:CreateLogStream', 'logs:PutLogEvents'], logs.logGroupArn))
    role.addToPolicy(statement(['s3:GetObject', 's3:GetObjectVersion'], bucket.arnForObjects('*')))
    role.addToPolicy(statement(['kms:Decrypt'], key.keyArn))
    // Who has approved it: for the journal of the run.
    role.addToPolicy(statement(['codepipeline:ListActionExecutions'], this.pipelineArn))
    const given = this.config.pipelinePolicy!
    for (const one of given) role.addToPolicy(PolicyStatement.fromJson(one))
    acknowledgeArtifacts(role, bucket)
    for (const wildcard of wildcardsOf(given))
      acknowledge(
        role,
        `IAM5[Resource::${wildcard}]`,
        'As `todo-dr iam-policy` prints it for the three switches: a * stands for a random id, or for all of a kind where IAM wants that.',
      )

    return new CfnProject(this, 'Build', {
      name: this.name,
      description: `Runs todo-dr for ${this.config.app} once it is approved`,
      serviceRole: role.roleArn,
      encryptionKey: key.keyArn,
      source: {type: 'CODEPIPELINE', buildSpec: this.toJsonString(buildSpec())},
      artifacts: {type: 'CODEPIPELINE'},
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_SMALL',
        image: IMAGE,
        environmentVariables: [{name: 'APP', value: this.config.app}],
      },
      logsConfig: {cloudWatchLogs: {status: 'ENABLED', groupName: logs.logGroupName}},
      timeoutInMinutes: BUILD_MINUTES,
      queuedTimeoutInMinutes: QUEUED_MINUTES,
    })
  }

  private pipeline(bucket: Bucket, project: CfnProject): void {
    const {data} = this.props
    const {key, alarmTopic} = data
    const role = this.role('PipelineRole', 'codepipeline', 'What the failover pipeline itself may do')
    role.addToPolicy(statement(['s3:GetBucketVersioning'], bucket.bucketArn))
    role.addToPolicy(statement(['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], bucket.arnForObjects('*')))
    // For what rests in the bucket, and for the topic.
    role.addToPolicy(statement(['kms:Decrypt', 'kms:GenerateDataKey'], key.keyArn))
    role.addToPolicy(statement(['sns:Publish'], alarmTopic.topicArn))
    role.addToPolicy(
      statement(['codebuild:BatchGetBuilds', 'codebuild:StartBuild', 'codebuild:StopBuild'], project.attrArn),
    )
    acknowledgeArtifacts(role, bucket)

    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: this.name,
      pipelineType: 'V2',
      executionMode: 'QUEUED',
      roleArn: role.roleArn,
      artifactStore: {type: 'S3', location: bucket.bucketName, encryptionKey: {id: key.keyArn, type: 'KMS'}},
      // Without a default: nothing is switched that nobody has named.
      variables: [{name: 'COMMAND', description: Object.keys(ARGUMENTS).join(', ')}],
      stages: [
        {
          name: 'Source',
          actions: [
            {
              name: 'Source',
              actionTypeId: {category: 'Source', owner: 'AWS', provider: 'S3', version: '1'},
              configuration: {
                S3Bucket: bucket.bucketName,
                S3ObjectKey: PROGRAM_KEY,
                // A new program starts nothing.
                PollForSourceChanges: false,
              },
              outputArtifacts: [{name: SOURCE}],
            },
          ],
        },
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

  /** Of a service that acts for this account alone [IAM user guide, "The confused deputy problem"]. */
  private role(id: string, service: string, description: string): Role {
    return new Role(this, id, {
      description,
      assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, {
        conditions: {StringEquals: {'aws:SourceAccount': this.account}},
      }),
    })
  }
}

const statement = (actions: string[], resource: string): PolicyStatement =>
  new PolicyStatement({actions, resources: [resource]})

const acknowledgeArtifacts = (role: Role, bucket: Bucket): void =>
  acknowledge(
    role,
    `IAM5[Resource::<${bucket.stack.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
    'CodePipeline names what it hands from stage to stage by itself, in a bucket that holds nothing else.',
  )

const wildcardsOf = (statements: readonly Statement[]): string[] => [
  ...new Set(statements.flatMap(({Resource}) => Resource.filter((one) => one.includes('*')))),
]

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
