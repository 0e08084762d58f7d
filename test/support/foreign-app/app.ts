/** A CDK app that has nothing to do with this project: a test deploys it, and then changes one thing after another of it. */

import {fileURLToPath} from 'node:url'
import {App, Aws, CfnCondition, CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack, Tags} from 'aws-cdk-lib'
import {Code, Function as LambdaFunction, Runtime} from 'aws-cdk-lib/aws-lambda'
import {CfnLogGroup} from 'aws-cdk-lib/aws-logs'
import {Bucket, BucketEncryption} from 'aws-cdk-lib/aws-s3'
import {StringParameter} from 'aws-cdk-lib/aws-ssm'

export interface ForeignChanges {
  /** Which of the two versions the function is. */
  code?: 'v1' | 'v2'
  /** Last part of the name of the log group. */
  logGroup?: string
  /** Megabytes of the function; Lambda takes 128 to 10240. */
  memory?: number
}

export function foreignApp(
  outdir: string | undefined,
  {code = 'v1', logGroup = 'one', memory = 128}: ForeignChanges = {},
): App {
  const env = {account: '000000000000', region: 'us-east-2'}
  const app = new App({outdir, analyticsReporting: false, treeMetadata: false, stackTraces: false})
  const shelf = new Stack(app, 'Shelf', {env})
  const grand = new CfnParameter(shelf, 'Grand', {type: 'String', default: 'no', allowedValues: ['yes', 'no']})
  const isGrand = new CfnCondition(shelf, 'IsGrand', {expression: Fn.conditionEquals(grand, 'yes')})

  const books = new Bucket(shelf, 'Books', {
    encryption: BucketEncryption.S3_MANAGED,
    versioned: true,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const motto = new StringParameter(shelf, 'Motto', {
    stringValue: Fn.join(' ', [
      'books in',
      books.bucketName,
      Fn.conditionIf(isGrand.logicalId, 'grand', 'small').toString(),
    ]),
  })
  const annex = new CfnLogGroup(shelf, 'Annex', {logGroupName: `/shelf/${logGroup}`, retentionInDays: 7})
  const second = new CfnLogGroup(shelf, 'OnlyGrand', {retentionInDays: 1})
  second.cfnOptions.condition = isGrand
  const reader = new LambdaFunction(shelf, 'Reader', {
    runtime: Runtime.NODEJS_LATEST,
    handler: 'index.handler',
    code: Code.fromAsset(fileURLToPath(new URL(code, import.meta.url))),
    memorySize: memory,
    environment: {MOTTO: motto.stringValue, ANNEX: annex.ref},
  })
  books.grantRead(reader)
  new CfnOutput(shelf, 'BucketName', {value: books.bucketName, description: 'where the books are'})
  new CfnOutput(shelf, 'ReaderName', {value: reader.functionName})
  new CfnOutput(shelf, 'Greatness', {
    value: Fn.conditionIf(isGrand.logicalId, 'grand', Aws.NO_VALUE).toString(),
  }).condition = isGrand
  new CfnOutput(shelf, 'Shared', {value: books.bucketArn, exportName: 'shelf-books'})

  const borrower = new Stack(app, 'Borrower', {env})
  borrower.addStackDependency(shelf)
  new StringParameter(borrower, 'Where', {parameterName: '/borrower/where', stringValue: Fn.importValue('shelf-books')})
  Tags.of(app).add('library', 'foreign')
  return app
}
