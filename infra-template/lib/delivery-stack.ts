import {ArnFormat, CfnOutput, Duration} from 'aws-cdk-lib'
import {Alarm, ComparisonOperator, Metric, TreatMissingData} from 'aws-cdk-lib/aws-cloudwatch'
import {SnsAction} from 'aws-cdk-lib/aws-cloudwatch-actions'
import type {CfnProject} from 'aws-cdk-lib/aws-codebuild'
import {CfnRepository} from 'aws-cdk-lib/aws-codecommit'
import {CfnPipeline} from 'aws-cdk-lib/aws-codepipeline'
import {CfnRule} from 'aws-cdk-lib/aws-events'
import {ManagedPolicy, type CfnPolicy, type Role} from 'aws-cdk-lib/aws-iam'
import type {Bucket} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {Delivery, DeliveryPart} from './config.js'
import type {DataStack} from './data-stack.js'
import {
  OLD_DAYS,
  PROGRAM_KEY,
  RUN_BUILD,
  allowArtifacts,
  build,
  programSource,
  serviceRole,
  statement,
} from './pipeline-parts.js'
import {recordedBucket} from './recorded-bucket.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

const SOURCE = 'Source'
const PROGRAM = 'Program'

/** CodePipeline's folder in the bucket is named by so many letters of the pipeline. */
const FOLDER_LETTERS = 20
/** Of a build: one that deploys waits for CloudFormation. */
const MINUTES = {build: 60, deploy: 240, test: 30, drift: 60} as const satisfies Record<DeliveryPart, number>

export interface DeliveryStackProps extends RegionStackProps {
  data: DataStack
  delivery: Delivery
}

/**
 * The pipeline that deploys what is pushed to one branch of the app's source: checks, the standby's region, the other one, and a
 * request through the edge. Beside it a look at what has drifted, once a day. The program is that of the last deployment from a machine.
 */
export class DeliveryStack extends RegionStack {
  private readonly bucket: Bucket
  private readonly delivery: Delivery
  private readonly data: DataStack

  constructor(scope: Construct, id: string, props: DeliveryStackProps) {
    super(scope, id, props)
    const {region, names} = this
    this.delivery = props.delivery
    this.data = props.data
    this.bucket = recordedBucket(this, 'Bucket', {
      bucketName: names.deliveryBucket(region),
      logBucketName: names.deliveryLogBucket(region),
      logPrefix: 'delivery/',
      versioned: true,
      lifecycleRules: [
        {noncurrentVersionExpiration: Duration.days(OLD_DAYS)},
        {prefix: names.delivery.slice(0, FOLDER_LETTERS), expiration: Duration.days(OLD_DAYS)},
      ],
      protect: this.config.protect,
    })
    const role = serviceRole(this, 'PipelineRole', 'codepipeline', 'What the delivery pipeline itself may do')
    allowArtifacts(role, this.bucket, this.data.key)
    const repository = this.delivery.source === 'codecommit' ? this.repository() : undefined
    const source = repository ? this.fromCodeCommit(repository, role) : this.fromConnection(role)
    this.pipeline(source, role)
    if (repository) this.startOnPush(repository)
    this.lookForDrift()
    new CfnOutput(this, 'PipelineName', {value: names.delivery})
  }

  /** It goes with its stack, protected or not: whoever pushes has all of it. */
  private repository(): CfnRepository {
    const repository = new CfnRepository(this, 'Repository', {
      repositoryName: this.names.repository,
      repositoryDescription: `The source of ${this.config.app}: todo-dr pipeline push`,
    })
    new CfnOutput(this, 'RepositoryName', {value: this.names.repository})
    return repository
  }

  private fromCodeCommit(repository: CfnRepository, role: Role): CfnPipeline.ActionDeclarationProperty {
    // [CodePipeline user guide, "Add permissions to the CodePipeline service role"]
    const asked = ['CancelUploadArchive', 'GetBranch', 'GetCommit', 'GetUploadArchiveStatus', 'UploadArchive']
    role.addToPolicy(
      statement(
        asked.map((action) => `codecommit:${action}`),
        repository.attrArn,
      ),
    )
    return {
      name: SOURCE,
      actionTypeId: {category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1'},
      configuration: {
        RepositoryName: repository.attrName,
        BranchName: this.delivery.branch,
        // The rule below tells it.
        PollForSourceChanges: false,
      },
      outputArtifacts: [{name: SOURCE}],
    }
  }

  private fromConnection(role: Role): CfnPipeline.ActionDeclarationProperty {
    const {connection, repository, branch} = this.delivery
    // A connection keeps the prefix that it was made with [Developer Tools console user guide, "Connections rename"].
    role.addToPolicy(statement([`${connection!.split(':')[2]}:UseConnection`], connection!))
    return {
      name: SOURCE,
      actionTypeId: {category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1'},
      configuration: {
        ConnectionArn: connection,
        FullRepositoryId: repository,
        BranchName: branch,
        DetectChanges: true,
      },
      outputArtifacts: [{name: SOURCE}],
    }
  }

  private pipeline(source: CfnPipeline.ActionDeclarationProperty, role: Role): void {
    const {home, away, app} = this.config
    const check = this.build('build', {}, [...CHECKOUT, ...CHECKS])
    const deploy = this.build('deploy', {APP: app, REGIONS: `${home} ${away}`}, [...CHECKOUT, ...DEPLOYMENT])
    const test = this.build('test', {}, SMOKE, SMOKE_END)
    for (const {attrArn} of [check, deploy, test]) role.addToPolicy(statement(RUN_BUILD, attrArn))
    const stage = (name: string, {ref}: CfnProject, inputs: string[]): CfnPipeline.StageDeclarationProperty => ({
      name,
      actions: [
        {
          name,
          actionTypeId: {category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1'},
          configuration: {ProjectName: ref, PrimarySource: inputs[0]},
          inputArtifacts: inputs.map((input) => ({name: input})),
        },
      ],
    })
    const pipeline = new CfnPipeline(this, 'Pipeline', {
      name: this.names.delivery,
      pipelineType: 'V2',
      // Two pushes are deployed one after the other, each as a whole.
      executionMode: 'QUEUED',
      roleArn: role.roleArn,
      artifactStore: {
        type: 'S3',
        location: this.bucket.bucketName,
        encryptionKey: {id: this.data.key.keyArn, type: 'KMS'},
      },
      stages: [
        {name: 'Source', actions: [source, programSource(PROGRAM, this.bucket)]},
        stage('Build', check, [SOURCE, PROGRAM]),
        stage('Deploy', deploy, [SOURCE, PROGRAM]),
        stage('Test', test, [PROGRAM]),
      ],
    })
    // CodePipeline looks at its sources as soon as it is there.
    pipeline.addResourceDependency(role.node.findChild('DefaultPolicy').node.defaultChild as CfnPolicy)
  }

  private build(
    part: DeliveryPart,
    variables: Record<string, string>,
    commands: string[],
    last: string[] = [],
    location?: string,
  ): CfnProject {
    const {app, protect, deliveryPolicy} = this.config
    const {project, role} = build(this, `${part[0]!.toUpperCase()}${part.slice(1)}`, {
      name: `${this.names.delivery}-${part}`,
      description: `${DESCRIPTIONS[part]} ${app}`,
      key: this.data.key,
      protect,
      bucket: this.bucket,
      location,
      buildSpec: {
        version: 0.2,
        phases: {
          install: {'runtime-versions': {nodejs: 22}},
          build: {commands, ...(last.length > 0 && {finally: last})},
        },
      },
      variables,
      minutes: MINUTES[part],
      policy: deliveryPolicy![part],
    })
    if (part === 'drift') this.allowReading(role)
    return project
  }

  /** CloudFormation reads each resource with the rights of who asks for its drift. */
  private allowReading(role: Role): void {
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'))
    acknowledge(
      role,
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/ReadOnlyAccess]',
      'CloudFormation finds drift with the rights of who asks, and needs those to read each type of resource of the template.',
    )
  }

  /** No push to another branch, no tag and no deletion starts anything. */
  private startOnPush(repository: CfnRepository): void {
    const {delivery} = this.names
    const arn = this.formatArn({service: 'codepipeline', resource: delivery, arnFormat: ArnFormat.NO_RESOURCE_NAME})
    const role = serviceRole(this, 'PushRole', 'events', 'Starts the delivery pipeline')
    role.addToPolicy(statement(['codepipeline:StartPipelineExecution'], arn))
    new CfnRule(this, 'Pushed', {
      description: `A push to ${this.delivery.branch} starts ${delivery}`,
      eventPattern: {
        source: ['aws.codecommit'],
        'detail-type': ['CodeCommit Repository State Change'],
        resources: [repository.attrArn],
        detail: {
          event: ['referenceCreated', 'referenceUpdated'],
          referenceType: ['branch'],
          referenceName: [this.delivery.branch],
        },
      },
      targets: [{id: 'Pipeline', arn, roleArn: role.roleArn}],
    })
  }

  /** What it finds is in its log; that it has found something fails the build, and rings [CodeBuild user guide, "CodeBuild CloudWatch metrics"]. */
  private lookForDrift(): void {
    const project = this.build('drift', {}, DRIFT, [], `${this.bucket.bucketName}/${PROGRAM_KEY}`)
    const role = serviceRole(this, 'ScheduleRole', 'events', 'Starts the look for drift')
    role.addToPolicy(statement(['codebuild:StartBuild'], project.attrArn))
    new CfnRule(this, 'Daily', {
      description: `Looks for drift of ${this.config.app}`,
      scheduleExpression: 'rate(1 day)',
      targets: [{id: 'Build', arn: project.attrArn, roleArn: role.roleArn}],
    })
    const alarm = new Alarm(this, 'Drift', {
      alarmName: `${this.names.lower}-delivery-drift`,
      alarmDescription: `Something has drifted, or could not be compared. todo-dr drift; the log is /aws/codebuild/${this.names.delivery}-drift`,
      metric: new Metric({
        namespace: 'AWS/CodeBuild',
        metricName: 'FailedBuilds',
        dimensionsMap: {ProjectName: `${this.names.delivery}-drift`},
        statistic: 'Sum',
        period: Duration.hours(1),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.data.alarmTopic))
  }
}

const DESCRIPTIONS: Record<DeliveryPart, string> = {
  build: 'Tests and checks what was pushed for',
  deploy: 'Deploys what was pushed for',
  test: 'Asks the deployed API of',
  drift: 'Looks for drift of',
}

/** The program that came with the pipeline, on the source. */
const run = (args: string): string => `node "$CODEBUILD_SRC_DIR_${PROGRAM}/program/bin/run.js" ${args} --no-input`

/** The settings are those of the program: a build has no profile, and todo-dr.yaml of the source may name one. */
const CHECKOUT = [
  `cp "$CODEBUILD_SRC_DIR_${PROGRAM}/todo-dr.yaml" todo-dr.yaml`,
  `INFRA=$(node -p 'JSON.parse(fs.readFileSync("todo-dr.yaml")).infra')`,
  'if [ -f "$INFRA/package-lock.json" ]; then npm ci --include=dev --no-audit --no-fund --prefix "$INFRA"; fi',
]

/** The last one synthesizes, and refuses what would replace, detach or upgrade the database, and a database that was so changed by hand. */
const CHECKS = [
  'npm run test --if-present --prefix "$INFRA"',
  'npm run check --if-present --prefix "$INFRA"',
  run('deploy --dry-run'),
]

/** The region that serves nobody first: what cannot be deployed there is not deployed to the other one. */
const DEPLOYMENT = [
  // 5: something is not healthy. The gates of the deployment say whether that is in its way.
  `STATUS=$(${run('status --json')}) || [ $? = 5 ]`,
  `STANDBY=$(STATUS="$STATUS" node -e '
    const {primary} = JSON.parse(process.env.STATUS)
    if (primary === null) throw new Error("the primary region is unknown: todo-dr status")
    console.log(process.env.REGIONS.split(" ").find((region) => region !== primary))')`,
  run('deploy --stack "$APP-api-$STANDBY"'),
  run('deploy'),
]

const SMOKE = [
  `TODO=$(node program/bin/run.js crud create --task "Smoke test" --json --no-input)`,
  `ID=$(TODO="$TODO" node -p 'JSON.parse(process.env.TODO).id')`,
  'node program/bin/run.js crud get "$ID" --no-input',
  // 6: nothing is known to be wrong, but something could not be asked.
  'node program/bin/run.js health --no-input || [ $? = 6 ]',
]
/** Whatever has failed. */
const SMOKE_END = ['if [ -n "$ID" ]; then node program/bin/run.js crud delete "$ID" --no-input; fi']

const DRIFT = ['node program/bin/run.js drift --template --regions --no-input']
