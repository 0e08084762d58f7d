import type {ServiceApi} from '../../service.js'

/** Each endpoint of a cluster dies with its region. The lab tells them apart by the region that a call is signed for. */
export const api: ServiceApi = {
  signingName: 'route53-recovery-cluster',
  placement: 'regional',
  client: {load: () => import('@aws-sdk/client-route53-recovery-cluster'), name: 'Route53RecoveryClusterClient'},
  permissions: {
    members: [['RoutingControlArn', '~']],
    resources: ({input: {UpdateRoutingControlStateEntries: entries = []}}) =>
      (entries as {RoutingControlArn?: string}[]).flatMap(({RoutingControlArn}) => RoutingControlArn ?? []),
  },
}
