/** docs/lab-resources.md, from the tables of resource types. A test holds the page equal to it. */

import {MADE, RECORDED} from './index.js'
import type {ResourceProvider} from '../cloudformation/provider.js'
import type {RecordedType} from '../cloudformation/recorded.js'

const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``

const updates = ({createOnly, conditional = {}, update}: ResourceProvider): string => {
  if (createOnly === 'all') return 'always a replacement'
  const rest = update === undefined ? 'any other change is refused' : 'any other change in place'
  const kinds = [
    [createOnly ?? [], 'replacement'],
    [Object.keys(conditional), 'replacement in some cases'],
  ] as const
  const said = kinds.flatMap(([names, kind]) => (names.length > 0 ? [`${names.map(code).join(', ')}: ${kind}`] : []))
  return [...said, rest].join('; ')
}

const attributesOf = ({attributes = {}}: RecordedType): string =>
  Object.entries(attributes)
    .map(([name, pattern]) => `${code(name)} = ${code(pattern)}`)
    .join('<br>')

/** The page's text. */
export function resourcesPage(): string {
  const made = Object.entries(MADE).map(
    ([type, provider]) => `| ${code(type)} | ${updates(provider)} | ${provider.read ? 'checked' : ''} |`,
  )
  const recorded = Object.entries(RECORDED).map(
    ([type, entry]) =>
      `| ${code(type)} | ${entry.area}${entry.checked ? ', checked for drift' : ''} | ${code(entry.ref)} | ${attributesOf(entry)} |`,
  )
  return `# Resource types of the lab

Generated from \`lab/src/aws\`: change the tables there, then run \`npm run generate\`.

The lab's CloudFormation engine creates the types below. It refuses a template with any other type before it creates anything. The error
names the type.

Before a resource is created or updated, its properties are held against the schema of its type: required and unknown properties, types, enums, patterns and ranges, in
CloudFormation's words. The schemas are those of CloudFormation's registry (\`lab/src/cloudformation/schemas.json\` says from where and of which day).
Only the top level of read-only properties is refused, as unknown.

## Inputs of calls

Before the lab carries out a call, it holds the input against the service's own model: required members, types, enums, ranges, lengths and patterns
(\`lab/src/wire/constraints.json\` says from where and of which day). It answers in the service's words. Members that a model does not know are ignored, as on AWS. Where no
source was found, the error's code is assumed: \`ValidationException\` of WAF, of the KeyValueStore and of Secrets Manager, \`IllegalArgumentException\` of Service Quotas, \`ValidationError\`
of RDS Proxy, \`BadRequestException\` of API Gateway for a member that is missing, and \`MalformedInput\` for a number of the query protocol that is none.

What the lab still accepts, and AWS does not:

- A list where JSON should have a structure (it is read as an empty structure), and text where a form or XML should have a structure or a list.
- A number with a fraction where a whole one is required.
- A text that its model allows and the service's documentation does not, unless the service's own code in the lab says so: of RDS the names, passwords, capacities, ports,
  retentions, filters and engines are checked, and not yet windows of time, engine versions within Aurora MySQL 3, or classes of instances.
- S3 checks \`Content-MD5\` and the checksums CRC32, CRC32C, CRC64NVME, SHA-1 and SHA-256 of a body, keeps none of them, and does not check those of a whole multipart upload.
- STS asks whether a role exists, and not whether its trust policy names the caller.

## Really created

The lab's own services create these, with the same calls that AWS's CloudFormation makes. The second column says what an
update does, the third whether drift detection checks the type.

| type | an update of | drift |
| --- | --- | --- |
${made.join('\n')}

\`Custom::*\` and \`AWS::CloudFormation::CustomResource\` invoke the function of their \`ServiceToken\` and wait for its reply, for an hour
or for their \`ServiceTimeout\`. A function that throws before it replies fails the resource at
once. Topics as \`ServiceToken\` are not supported.

## Recorded only

The lab has no network, permissions, keys, dashboards or backups. These types get names, ids and attributes in AWS's shape, so that
references to them work. Nothing else happens: a security group that blocks a function from its database on AWS does not block it on the lab.

Placeholders: \`{hex:N}\` random hex digits, \`{id:N}\` random capitals and digits, \`{uuid}\`, \`{ip}\` an address of 198.18.0.0/16, \`{name}\` the name given or generated, \`{ref}\`
what Ref gives, \`{path}\` the path of a role or policy, by default a slash, \`{Property}\` the value of a property.

| type | area | Ref | Fn::GetAtt |
| --- | --- | --- | --- |
${recorded.join('\n')}

## Templates

JSON and YAML; all intrinsic functions except \`Fn::Transform\` and those of \`AWS::LanguageExtensions\`; parameters, also from SSM; mappings,
conditions, rules, outputs, exports; \`{{resolve:ssm:...}}\`, \`{{resolve:ssm-secure:...}}\` and \`{{resolve:secretsmanager:...}}\`; deletion
policies. The tags of a stack are copied to its resources, and an update changes both; the tags that CloudFormation adds by itself (\`aws:cloudformation:...\`)
are missing. Macros, \`CreationPolicy\`, hooks, nested stacks and imports are refused. Nothing in a bucket expires: \`LifecycleConfiguration\` is accepted and has no effect.
`
}
