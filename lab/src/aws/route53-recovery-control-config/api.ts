import type {ServiceApi} from '../../service.js'

export const api: ServiceApi = {
  signingName: 'route53-recovery-control-config',
  placement: 'regional',
  client: {load: () => import('./schemas.js'), name: 'Client'},
  permissions: {
    members: [
      ['ClusterArn', '~'],
      ['ControlPanelArn', '~'],
      ['RoutingControlArn', '~'],
      ['SafetyRuleArn', '~'],
    ],
  },
}
