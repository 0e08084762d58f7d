/** KMS keys as recorded resources: they never go at once. */

import type {ResourceRecord} from '../../cloudformation/records.js'

export const KEY_TYPES = ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey']

const DAY_MS = 86_400_000
/** Days; the KMS API's own default, and CloudFormation's. */
const DEFAULT_WINDOW = 30

/** `days` by default those of the template's PendingWindowInDays. Twice is once: the first date stands. */
export function scheduleDeletion(
  record: ResourceRecord,
  days = Number(record.properties.PendingWindowInDays ?? DEFAULT_WINDOW),
): Date {
  record.deletionDate ??= new Date(Date.now() + days * DAY_MS)
  return record.deletionDate
}
