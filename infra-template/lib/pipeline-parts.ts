import {Stack} from 'aws-cdk-lib'
import {CfnProject} from 'aws-cdk-lib/aws-codebuild'
import type {CfnPipeline} from 'aws-cdk-lib/aws-codepipeline'
import {PolicyStatement, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import type {Bucket, CfnBucket} from 'aws-cdk-lib/aws-s3'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {Statement} from './config.js'
import {logGroup} from './logs.js'

/** The object that `todo-dr deploy` puts into the bucket: the program, and a todo-dr.yaml with this deployment as its only target. */
export const PROGRAM_KEY = 'todo-dr.zip'
/** Days that older programs, and artifacts, are kept. */
export const OLD_DAYS = 90
/** Minutes that a build may wait for a machine. */
const QUEUED_MINUTES = 30
/** It has Node.js 22 [CodeBuild user guide, "Available runtimes"]. */
const IMAGE = 'aws/codebuild/amazonlinux-x86_64-standard:5.0'

export interface BuildProps {
  name: string
  description: string
  key: IKey
  protect: boolean
  /** Where the program is, and what passes between the stages. */
  bucket: Bucket
  /** By default what its pipeline gives it. An S3 location starts it without a pipeline. */
  location?: string
  buildSpec: object
  variables: Record<string, string>
  /** 5 to 480 [CloudFormation's schema of AWS::CodeBuild::Project; CodeBuild's own API takes more]. */
  minutes: number
  /** What the program in it may do, as `todo-dr iam-policy` prints it. */
  policy: readonly Statement[]
}

/** A build with a log and a role of its own, which may do what the program needs and read what it is given. */
export function build(scope: Stack, prefix: string, props: BuildProps): {project: CfnProject; role: Role} {
  const {name, key, protect, bucket, location, policy} = props
  const logs = logGroup(scope, `${prefix}Log`, {name: `/aws/codebuild/${name}`, key, protect})
  const role = serviceRole(scope, `${prefix}BuildRole`, 'codebuild', `What the build ${name} may do`)
  role.addToPolicy(statement(['logs:CreateLogStream', 'logs:PutLogEvents'], logs.logGroupArn))
  role.addToPolicy(statement(['s3:GetObject', 's3:GetObjectVersion'], bucket.arnForObjects('*')))
  role.addToPolicy(statement(['kms:Decrypt'], key.keyArn))
  for (const one of policy) role.addToPolicy(PolicyStatement.fromJson(one))
  acknowledgeArtifacts(role, bucket)
  for (const wildcard of wildcardsOf(policy))
    acknowledge(
      role,
      `IAM5[Resource::${wildcard}]`,
      'As `todo-dr iam-policy` prints it for what the build runs: a * stands for a random id, or for all of a kind where IAM wants that.',
    )
  const type = 'CODEPIPELINE'
  const project = new CfnProject(scope, `${prefix}Build`, {
    name,
    description: props.description,
    serviceRole: role.roleArn,
    encryptionKey: key.keyArn,
    source: {...(location ? {type: 'S3', location} : {type}), buildSpec: scope.toJsonString(props.buildSpec)},
    artifacts: {type: location ? 'NO_ARTIFACTS' : type},
    environment: {
      type: 'LINUX_CONTAINER',
      computeType: 'BUILD_GENERAL1_SMALL',
      image: IMAGE,
      environmentVariables: Object.entries(props.variables).map(([variable, value]) => ({name: variable, value})),
    },
    logsConfig: {cloudWatchLogs: {status: 'ENABLED', groupName: logs.logGroupName}},
    timeoutInMinutes: props.minutes,
    queuedTimeoutInMinutes: QUEUED_MINUTES,
  })
  return {project, role}
}

export const statement = (actions: string[], resource: string): PolicyStatement =>
  new PolicyStatement({actions, resources: [resource]})

/** Of a service that acts for this account alone [IAM user guide, "The confused deputy problem"]. */
export function serviceRole(scope: Construct, id: string, service: string, description: string): Role {
  return new Role(scope, id, {
    description,
    assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, {
      conditions: {StringEquals: {'aws:SourceAccount': Stack.of(scope).account}},
    }),
  })
}

/** What a pipeline's own role may do with its bucket, and with what rests there. */
export function allowArtifacts(role: Role, bucket: Bucket, key: IKey): void {
  role.addToPolicy(statement(['s3:GetBucketVersioning'], bucket.bucketArn))
  role.addToPolicy(statement(['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], bucket.arnForObjects('*')))
  role.addToPolicy(statement(['kms:Decrypt', 'kms:GenerateDataKey'], key.keyArn))
  acknowledgeArtifacts(role, bucket)
}

/** What a pipeline's own role may do with a build. */
export const RUN_BUILD = ['codebuild:BatchGetBuilds', 'codebuild:StartBuild', 'codebuild:StopBuild']

function acknowledgeArtifacts(role: Role, bucket: Bucket): void {
  acknowledge(
    role,
    `IAM5[Resource::<${bucket.stack.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
    'CodePipeline names what it hands from stage to stage by itself, in a bucket that holds nothing else.',
  )
}

const wildcardsOf = (statements: readonly Statement[]): string[] => [
  ...new Set(statements.flatMap(({Resource}) => Resource.filter((one) => one.includes('*')))),
]

/** The source action that takes the program. A new one starts nothing. */
export const programSource = (name: string, bucket: Bucket): CfnPipeline.ActionDeclarationProperty => ({
  name,
  actionTypeId: {category: 'Source', owner: 'AWS', provider: 'S3', version: '1'},
  configuration: {S3Bucket: bucket.bucketName, S3ObjectKey: PROGRAM_KEY, PollForSourceChanges: false},
  outputArtifacts: [{name}],
})
