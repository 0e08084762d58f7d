import type {AwsService} from '../aws-service.js'
import {recorded} from './recorded.js'

/** AWS Backup: vaults, plans and selections are recorded. No backup is made, so that a vault stays empty and can always be deleted. */
export const backup: AwsService = {recorded}
