import type {AwsService} from '../aws-service.js'
import {rule} from './resources.js'

/** EventBridge: rules on a schedule and for events of the lab's services, made by CloudFormation alone. */
export const events: AwsService = {types: {'AWS::Events::Rule': rule}}
