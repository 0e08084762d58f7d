/** A cluster of ARC on a lab, with a routing control for each region: made over the wire, as there is no SDK client of the others' version. */

import {Sha256} from '@smithy/core/checksum'
import {HttpRequest} from '@smithy/core/transport'
import {SignatureV4} from '@smithy/signature-v4'

export interface LabSettings {
  endpoint: string
  credentials: {accessKeyId: string; secretAccessKey: string}
}

/** One call of route53-recovery-control-config; throws with the code and the text of what is refused. */
export async function configure<T>(
  {endpoint, credentials}: LabSettings,
  [method, path]: [method: string, path: string],
  input?: object,
  region = 'us-west-2',
): Promise<T> {
  const {hostname, port} = new URL(endpoint)
  const body = input && JSON.stringify(input)
  const signer = new SignatureV4({credentials, region, service: 'route53-recovery-control-config', sha256: Sha256})
  const signed = await signer.sign(
    new HttpRequest({
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path,
      headers: {host: `${hostname}:${port}`, 'content-type': 'application/json'},
      body,
    }),
  )
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers: signed.headers,
    body,
    signal: AbortSignal.timeout(20_000),
  })
  const said = JSON.parse((await answer.text()) || '{}') as T & {__type?: string; Message?: string}
  if (!answer.ok) throw new Error(`${said.__type} ${answer.status} ${said.Message}`)
  return said
}

export interface MadeControls {
  clusterArn: string
  panelArn: string
  /** By region. */
  controls: Record<string, string>
  /** As todo-dr.yaml has them. */
  endpoints: {region: string; url: string}[]
}

interface Cluster {
  Cluster: {ClusterArn: string; ClusterEndpoints: {Endpoint: string; Region: string}[]}
}

/** All Off, as AWS makes them. */
export async function makeControls(lab: LabSettings, regions: readonly string[]): Promise<MadeControls> {
  const made = await configure<Cluster>(lab, ['POST', '/cluster'], {ClusterName: 'dr'})
  const clusterArn = made.Cluster.ClusterArn
  const {Cluster} = await configure<Cluster>(lab, ['GET', `/cluster/${encodeURIComponent(clusterArn)}`])
  const {ControlPanel} = await configure<{ControlPanel: {ControlPanelArn: string}}>(lab, ['POST', '/controlpanel'], {
    ClusterArn: clusterArn,
    ControlPanelName: 'api',
  })
  const panelArn = ControlPanel.ControlPanelArn
  const controls: Record<string, string> = {}
  for (const region of regions) {
    const input = {ClusterArn: clusterArn, ControlPanelArn: panelArn, RoutingControlName: region}
    const {RoutingControl} = await configure<{RoutingControl: {RoutingControlArn: string}}>(
      lab,
      ['POST', '/routingcontrol'],
      input,
    )
    controls[region] = RoutingControl.RoutingControlArn
  }

  const endpoints = Cluster.ClusterEndpoints.map(({Endpoint, Region}) => ({region: Region, url: Endpoint}))
  return {clusterArn, panelArn, controls, endpoints}
}

/** At least one of the controls must be On after a change. */
export const makeSafetyRule = (
  lab: LabSettings,
  {panelArn, controls}: MadeControls,
  {least = 1, waitMs = 0}: {least?: number; waitMs?: number} = {},
): Promise<{AssertionRule: {SafetyRuleArn: string}}> =>
  configure(lab, ['POST', '/safetyrule'], {
    AssertionRule: {
      AssertedControls: Object.values(controls),
      ControlPanelArn: panelArn,
      Name: 'at-least-one',
      RuleConfig: {Inverted: false, Threshold: least, Type: 'ATLEAST'},
      WaitPeriodMs: waitMs,
    },
  })

export const removeRule = (lab: LabSettings, arn: string): Promise<object> =>
  configure(lab, ['DELETE', `/safetyrule/${encodeURIComponent(arn)}`])
