/** Whether what CloudFormation knows by a physical id is what the rest of AWS names by an ARN. Pure. */

export function isNamedBy(physicalId: string, arn: string): boolean {
  const name = arn.split(':').slice(5).join(':')
  const parts = name.split(/[/:]/)
  if ([arn, name, parts.at(-1)].includes(physicalId)) return true
  // A type with several identifiers has them all: `Name|Id|Scope` of a web ACL, whose ARN ends with its name and its id.
  const [first, second] = physicalId.split('|')
  return second !== undefined && parts.includes(first!) && parts.includes(second)
}
