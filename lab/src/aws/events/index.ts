import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {rule} from './resources.js'
import {EventsService} from './service.js'

/** EventBridge: rules on a schedule and for events of the lab's services. CloudFormation makes them; calls read them and turn them on and off. */
export const events: AwsService = {
  api,
  make: (lab) => new EventsService(lab),
  types: {'AWS::Events::Rule': rule},
}
