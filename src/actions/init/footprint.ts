/** What a deployment bills for while it stands still, counted in the synthesized templates. Pure. */

/** A stack as `cdk synth` leaves it. */
export interface SynthesizedStack {
  region: string
  resources: Record<string, {Type: string; Properties?: Record<string, unknown>}>
}

export interface Footprint {
  /** Proxies before the database. */
  proxies: number
  /** Interface endpoints, each counted once a zone. */
  endpointZones: number
  natGateways: number
  keys: number
  /** With the replicas that are kept here. */
  secrets: number
  webAcls: number
  webAclRules: number
  clients: number
  alarmMetrics: number
  dashboards: number
  flowLogs: number
}

const NOTHING: Footprint = {
  proxies: 0,
  endpointZones: 0,
  natGateways: 0,
  keys: 0,
  secrets: 0,
  webAcls: 0,
  webAclRules: 0,
  clients: 0,
  alarmMetrics: 0,
  dashboards: 0,
  flowLogs: 0,
}

/** By region. */
export function footprintsOf(stacks: readonly SynthesizedStack[]): Record<string, Footprint> {
  const found: Record<string, Footprint> = {}
  const at = (region: string): Footprint => (found[region] ??= {...NOTHING})
  for (const {region, resources} of stacks) {
    const here = at(region)
    for (const {Type, Properties = {}} of Object.values(resources)) count(Type, Properties, here, at)
  }

  return found
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

function count(
  type: string,
  properties: Record<string, unknown>,
  here: Footprint,
  at: (region: string) => Footprint,
): void {
  switch (type) {
    case 'AWS::RDS::DBProxy': {
      here.proxies++
      break
    }

    case 'AWS::EC2::VPCEndpoint': {
      if (properties.VpcEndpointType === 'Interface') here.endpointZones += lengthOf(properties.SubnetIds)
      break
    }

    case 'AWS::EC2::NatGateway': {
      here.natGateways++
      break
    }

    case 'AWS::EC2::FlowLog': {
      here.flowLogs++
      break
    }

    case 'AWS::KMS::Key': {
      here.keys++
      break
    }

    case 'AWS::SecretsManager::Secret': {
      here.secrets++
      for (const {Region} of (properties.ReplicaRegions ?? []) as {Region: string}[]) at(Region).secrets++
      break
    }

    case 'AWS::WAFv2::WebACL': {
      here.webAcls++
      here.webAclRules += lengthOf(properties.Rules)
      break
    }

    case 'AWS::Cognito::UserPoolClient': {
      here.clients++
      break
    }

    case 'AWS::CloudWatch::Dashboard': {
      here.dashboards++
      break
    }

    case 'AWS::CloudWatch::Alarm': {
      // An alarm on an expression is billed for each metric in it.
      const metrics = (properties.Metrics ?? []) as {MetricStat?: unknown}[]
      here.alarmMetrics += Math.max(1, metrics.filter(({MetricStat}) => MetricStat !== undefined).length)
      break
    }
  }
}
