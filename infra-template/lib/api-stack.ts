import {join} from 'node:path'
import {CfnOutput} from 'aws-cdk-lib'
import {CfnWebACLAssociation} from 'aws-cdk-lib/aws-wafv2'
import type {Construct} from 'constructs'
import {Alarms} from './alarms.js'
import {ApiFunction} from './api-function.js'
import {AUTHORIZER, COMPARE_TIMEOUT_SECONDS, FUNCTION_PARTS, LOG_ROLE_KEEPER, type FunctionPart} from './config.js'
import type {DataStack} from './data-stack.js'
import {Dashboard} from './dashboard.js'
import {EdgeLock} from './edge-lock.js'
import {Firewall} from './firewall.js'
import {SCOPE, type IdentityStack} from './identity-stack.js'
import {LogRole} from './log-role.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'
import {RestApi, STAGE} from './rest-api.js'
import {TokenGuard} from './token-guard.js'
import {WarmUp} from './warm-up.js'

interface PartOptions {
  bundle: string
  description: string
  admin?: boolean
  bySecret?: boolean
  timeoutSeconds?: number
  environment?: Record<string, string>
}

/**
 * The certificate of a cluster, unlike that of a proxy, is of an authority of RDS's own, which Node.js trusts in Lambda by this file alone
 * (AWS Compute Blog, "Node.js 20.x runtime now available in AWS Lambda").
 */
const TRUSTS_CLUSTERS = {NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem'}

const FUNCTIONS: Record<FunctionPart, PartOptions> = {
  CreateTableFunction: {bundle: 'create-table', description: 'Migrates the table, the user and the seed', admin: true},
  GetToDos: {bundle: 'get', description: 'Reads one ToDo or a page of them'},
  UpsertToDos: {bundle: 'upsert', description: 'Creates or updates a ToDo'},
  RemoveToDos: {bundle: 'remove', description: 'Deletes a ToDo'},
  LedgerCheck: {bundle: 'ledger-check', description: 'Says which request ids this region holds'},
  CompareRows: {
    bundle: 'compare',
    description: 'Says what the tables of this region hold, for a comparison',
    // It also asks clusters without a proxy, such as a restored one, which know its password alone.
    bySecret: true,
    timeoutSeconds: COMPARE_TIMEOUT_SECONDS,
    environment: TRUSTS_CLUSTERS,
  },
}

export interface ApiStackProps extends RegionStackProps {
  data: DataStack
  /** Folder that holds a folder with the bundle of each function. */
  bundles: string
  /** Of both regions: a token of either is good at either. */
  identities: IdentityStack[]
}

/** The REST API of one region and the functions behind it, together with three that no route leads to. */
export class ApiStack extends RegionStack {
  /** `<id>.execute-api.<region>.amazonaws.com` */
  readonly domainName: string
  readonly restApiId: string
  /** With the stage, without `/v1`. */
  readonly url: string

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props)
    const {protect, lockToEdge, route, warmUp, proxyAuth} = this.config
    // Clients reach it without the edge, and the edge's web ACL.
    const isOpen = route === 'route53'
    const {key} = props.data

    const functions = Object.fromEntries(
      FUNCTION_PARTS.map((part) => [
        part,
        new ApiFunction(this, part, {
          functionName: this.names.fn(this.region, part),
          data: props.data,
          protect,
          proxyAuth,
          ...FUNCTIONS[part],
          bundle: join(props.bundles, FUNCTIONS[part].bundle),
        }),
      ]),
    ) as Record<FunctionPart, ApiFunction>

    const own = props.identities.filter(({region}) => region === this.region)
    const others = props.identities.filter(({region}) => region !== this.region)
    const guard = new TokenGuard(this, AUTHORIZER, {
      functionName: this.names.fn(this.region, AUTHORIZER),
      bundle: join(props.bundles, 'authorize'),
      // The region's own first, in both: what the regions have in common is told from what differs by its place.
      pools: [...own, ...others].map(({userPool, client}) => ({
        arn: userPool.userPoolArn,
        clientId: client.userPoolClientId,
      })),
      scope: SCOPE,
      parameterName: this.names.keysParameter,
      app: this.config.app,
      key,
      protect,
    })

    const logRole = new LogRole(this, 'LogRole', {
      functionName: this.names.fn(this.region, LOG_ROLE_KEEPER),
      bundle: join(props.bundles, 'log-role'),
      key,
      protect,
    })
    const name = `${this.names.lower}-${this.region}`
    const routes = {GET: functions.GetToDos.fn, POST: functions.UpsertToDos.fn, DELETE: functions.RemoveToDos.fn}
    const rest = new RestApi(this, 'Rest', {
      name,
      description: `${this.config.app} in ${this.region}`,
      authorizer: guard.authorizer,
      routes,
      logRole,
      key,
      protect,
      isGuarded: lockToEdge || isOpen,
    })
    if (lockToEdge)
      new EdgeLock(this, 'EdgeLock', {name, secretName: this.names.edgeSecret, stage: rest.api.deploymentStage})
    if (isOpen)
      new CfnWebACLAssociation(this, 'Guard', {
        webAclArn: new Firewall(this, 'Firewall', {name, before: 'api'}).arn,
        resourceArn: rest.api.deploymentStage.stageArn,
      })

    if (warmUp) new WarmUp(this, 'WarmUp', {app: this.config.app, functions: Object.values(routes)})

    const alarms = new Alarms(this, 'Alarms', {prefix: name, topic: props.data.alarmTopic})
    alarms.api(name, STAGE)
    const functionNames = ([...FUNCTION_PARTS, AUTHORIZER] as const).map((part) => this.names.fn(this.region, part))
    alarms.functions(functionNames)
    new Dashboard(this, 'Dashboard', {
      name,
      app: this.config.app,
      region: this.region,
      apiName: name,
      stage: STAGE,
      functionNames,
      proxyName: props.data.proxyName,
      clusterId: props.data.clusterId,
      alarmNames: [...props.data.alarmNames, ...alarms.names],
    })

    this.domainName = rest.domainName
    this.restApiId = rest.api.restApiId
    this.url = `https://${this.domainName}/${STAGE}`
    new CfnOutput(this, 'ApiEndpoint', {value: this.url})
    new CfnOutput(this, 'ApiId', {value: rest.api.restApiId})
    new CfnOutput(this, `${AUTHORIZER}Name`, {value: guard.fn.functionName})
    for (const part of FUNCTION_PARTS) new CfnOutput(this, `${part}Name`, {value: functions[part].fn.functionName})
  }
}
