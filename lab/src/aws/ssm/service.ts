import {createHash} from 'node:crypto'

import {arn, fault, type CallContext, type Operation, type Service, type TaggedResource} from '../../kernel.js'
import {ByRegion, page} from '../by-region.js'
import {api} from './api.js'

interface Version {
  version: number
  value: string
  type: 'String' | 'StringList' | 'SecureString'
  tier: 'Standard' | 'Advanced'
  description: string | undefined
  modifiedAt: Date
}

interface Parameter {
  name: string
  versions: Version[]
  tags: Map<string, string>
}

interface PutInput {
  Name: string
  Value: string
  Type?: Version['type']
  Tier?: 'Standard' | 'Advanced' | 'Intelligent-Tiering'
  Overwrite?: boolean
  Description?: string
  AllowedPattern?: string
  Tags?: {Key: string; Value: string}[]
}

/** Sizes in bytes and counts of the Systems Manager quotas page. */
const STANDARD_BYTES = 4096
const ADVANCED_BYTES = 8192
const KEPT_VERSIONS = 100
const MAX_LEVELS = 15
const PAGE = 10

/** Parameter Store. The policies, labels and notifications of parameters are left out. */
export class SsmService implements Service {
  readonly api = api
  private readonly state = new ByRegion<Parameter>()
  readonly operations: Record<string, Operation> = {
    PutParameter: (input: PutInput, {region}: CallContext) => this.put(input, region),
    GetParameter: (input: {Name: string; WithDecryption?: boolean}, {region}: CallContext) => ({
      Parameter: this.view(input.Name, region, input.WithDecryption),
    }),
    GetParameters: (input: {Names: string[]; WithDecryption?: boolean}, {region}: CallContext) =>
      this.getMany(input, region),
    GetParametersByPath: (input: ByPathInput, {region}: CallContext) => this.byPath(input, region),
    GetParameterHistory: (input: {Name: string; WithDecryption?: boolean}, {region}: CallContext) => {
      const parameter = this.find(input.Name, region)
      return {
        Parameters: parameter.versions.map((version) => this.render(parameter, version, region, input.WithDecryption)),
      }
    },
    DescribeParameters: (input: DescribeInput, {region}: CallContext) => this.describe(input, region),
    DeleteParameter: ({Name}: {Name: string}, {region}: CallContext) => {
      const {name} = this.find(Name, region)
      this.state.of(region).delete(name)
      return {}
    },
    DeleteParameters: ({Names}: {Names: string[]}, {region}: CallContext) => {
      const deleted = Names.filter((name) => this.state.of(region).delete(name))
      return {DeletedParameters: deleted, InvalidParameters: Names.filter((name) => !deleted.includes(name))}
    },
    AddTagsToResource: (
      {ResourceId, Tags}: {ResourceId: string; Tags: {Key: string; Value: string}[]},
      {region}: CallContext,
    ) => {
      const {tags} = this.byName(ResourceId, region)
      for (const {Key, Value} of Tags) tags.set(Key, Value)
      return {}
    },
    RemoveTagsFromResource: ({ResourceId, TagKeys}: {ResourceId: string; TagKeys: string[]}, {region}: CallContext) => {
      const {tags} = this.byName(ResourceId, region)
      for (const key of TagKeys) tags.delete(key)
      return {}
    },
    ListTagsForResource: ({ResourceId}: {ResourceId: string}, {region}: CallContext) => ({
      TagList: [...this.byName(ResourceId, region).tags].map(([Key, Value]) => ({Key, Value})),
    }),
  }

  tagged(region: string): TaggedResource[] {
    return [...this.state.of(region).values()].map(({name, tags}) => ({
      arn: parameterArn(name, region),
      tags: [...tags].map(([Key, Value]) => ({Key, Value})),
    }))
  }

  private put(input: PutInput, region: string): {Version: number; Tier: Version['tier']} {
    const {Name, Value, Overwrite = false, Tags = []} = input
    checkName(Name)
    checkType(input.Type)
    const parameters = this.state.of(region)
    const present = parameters.get(Name)
    if (present && !Overwrite) {
      throw fault(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      )
    }

    if (Overwrite && Tags.length > 0) {
      throw fault('ValidationException', 'Invalid request: tags and overwrite can not be used together.')
    }

    const last = present?.versions.at(-1)
    const type = input.Type ?? last?.type
    if (!type) throw fault('ValidationException', 'A parameter type is required when you create a parameter.')
    if (!Value) throw fault('ValidationException', 'Parameter value must not be empty.')
    if (input.AllowedPattern !== undefined && !new RegExp(input.AllowedPattern).test(Value)) {
      throw fault(
        'ParameterPatternMismatchException',
        `Parameter value, cannot be validated against allowedPattern: ${input.AllowedPattern}`,
      )
    }

    const version: Version = {
      version: (last?.version ?? 0) + 1,
      value: Value,
      type,
      tier: tierOf(Value, input.Tier, last?.tier),
      description: input.Description ?? last?.description,
      modifiedAt: new Date(),
    }
    const tags = present?.tags ?? new Map(Tags.map(({Key, Value: value}) => [Key, value]))
    const versions = [...(present?.versions ?? []), version].slice(-KEPT_VERSIONS)
    parameters.set(Name, {name: Name, versions, tags})
    return {Version: version.version, Tier: version.tier}
  }

  /** `Name` may be an ARN, and may end in `:VERSION`. */
  private view(Name: string, region: string, withDecryption?: boolean) {
    const [, bare = Name, selector] = /^((?:arn:[^:]*:[^:]*:[^:]*:[^:]*:)?[^:]+)(?::(\d+))?$/.exec(Name) ?? []
    const parameter = this.find(bare, region)
    const version = selector
      ? parameter.versions.find((one) => one.version === Number(selector))
      : parameter.versions.at(-1)
    if (!version) {
      throw fault(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${selector} of ${parameter.name}.`,
      )
    }

    return {...this.render(parameter, version, region, withDecryption), ...(selector && {Selector: `:${selector}`})}
  }

  private getMany({Names, WithDecryption}: {Names: string[]; WithDecryption?: boolean}, region: string) {
    if (Names.length > PAGE) throw fault('ValidationException', `at most ${PAGE} names`)
    const found = []
    const invalid = []
    for (const name of Names) {
      try {
        found.push(this.view(name, region, WithDecryption))
      } catch {
        invalid.push(name)
      }
    }

    return {Parameters: found, InvalidParameters: invalid}
  }

  private byPath({Path, Recursive = false, WithDecryption, MaxResults = PAGE, NextToken}: ByPathInput, region: string) {
    if (!Path?.startsWith('/')) throw fault('ValidationException', 'The parameter path must begin with a slash "/".')
    const prefix = Path.endsWith('/') ? Path : `${Path}/`
    const below = this.sorted(region).filter(
      ({name}) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes('/')),
    )
    const {items, next} = page(below, Math.min(MaxResults, PAGE), NextToken)
    return {Parameters: items.map(({name}) => this.view(name, region, WithDecryption)), NextToken: next}
  }

  private describe({ParameterFilters = [], MaxResults = 50, NextToken}: DescribeInput, region: string) {
    const matching = this.sorted(region).filter(({name, versions}) =>
      ParameterFilters.every(({Key, Option = 'Equals', Values = []}) => {
        const text = Key === 'Name' ? name : Key === 'Type' ? versions.at(-1)?.type : undefined
        if (text === undefined)
          throw fault('InvalidFilterKey', `the lab supports filters by Name and Type only, not by ${Key}`)
        return Values.some((value) =>
          Option === 'BeginsWith'
            ? text.startsWith(value)
            : Option === 'Contains'
              ? text.includes(value)
              : text === value,
        )
      }),
    )
    const {items, next} = page(matching, MaxResults, NextToken)
    const Parameters = items.map(({name, versions}) => {
      const {version, type, tier, description, modifiedAt} = versions.at(-1)!
      return {
        Name: name,
        ARN: parameterArn(name, region),
        Type: type,
        Tier: tier,
        Version: version,
        LastModifiedDate: modifiedAt,
        Description: description,
      }
    })
    return {Parameters, NextToken: next}
  }

  private render(
    {name}: Parameter,
    {version, type, tier, value, modifiedAt}: Version,
    region: string,
    withDecryption = false,
  ) {
    return {
      Name: name,
      Type: type,
      // Without decryption AWS gives ciphertext; the lab gives something as useless.
      Value: type === 'SecureString' && !withDecryption ? createHash('sha256').update(value).digest('base64') : value,
      Version: version,
      LastModifiedDate: modifiedAt,
      ARN: parameterArn(name, region),
      DataType: 'text',
      Tier: tier,
    }
  }

  private find(nameOrArn: string, region: string): Parameter {
    const prefix = arn('ssm', region, 'parameter')
    const name = nameOrArn.startsWith(`${prefix}/`) ? nameOrArn.slice(prefix.length) : nameOrArn
    const parameters = this.state.of(region)
    const found = parameters.get(name) ?? (name === nameOrArn ? undefined : parameters.get(name.slice(1)))
    if (!found) throw fault('ParameterNotFound', `Parameter ${nameOrArn} not found.`)
    return found
  }

  private byName(name: string, region: string): Parameter {
    const found = this.state.of(region).get(name)
    if (!found) throw fault('InvalidResourceId', `${name} is not a parameter`)
    return found
  }

  private sorted(region: string): Parameter[] {
    return [...this.state.of(region).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

interface ByPathInput {
  Path?: string
  Recursive?: boolean
  WithDecryption?: boolean
  MaxResults?: number
  NextToken?: string
}

interface DescribeInput {
  ParameterFilters?: {Key: string; Option?: string; Values?: string[]}[]
  MaxResults?: number
  NextToken?: string
}

/** The leading slash of a name is not doubled in its ARN. */
const parameterArn = (name: string, region: string): string =>
  arn('ssm', region, `parameter/${name.replace(/^\//, '')}`)

function checkType(type: string | undefined): void {
  if (type === undefined || ['SecureString', 'StringList', 'String'].includes(type)) return
  throw fault(
    'ValidationException',
    `1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]`,
  )
}

function checkName(name: string): void {
  if (!/^[\w./-]{1,1011}$/.test(name) || (name.includes('/') && !name.startsWith('/'))) {
    throw fault(
      'ValidationException',
      `Parameter name: "${name}" must be letters, digits and .-_ in a path that begins with a slash.`,
    )
  }

  if (/^\/?(aws|ssm)/i.test(name)) {
    throw fault('ValidationException', 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
  }

  if (name.split('/').length - 1 > MAX_LEVELS) {
    throw fault('HierarchyLevelLimitExceededException', `A hierarchy can have a maximum of ${MAX_LEVELS} levels.`)
  }
}

/** An advanced parameter stays one: AWS does not go back to standard when it is overwritten. */
function tierOf(value: string, wanted: PutInput['Tier'], present: Version['tier'] | undefined): Version['tier'] {
  const bytes = Buffer.byteLength(value)
  if (bytes > ADVANCED_BYTES) {
    throw fault(
      'ValidationException',
      `Advanced tier parameters support a maximum parameter value of ${ADVANCED_BYTES} characters.`,
    )
  }

  const advanced = wanted === 'Advanced' || present === 'Advanced'
  if (bytes <= STANDARD_BYTES) return advanced ? 'Advanced' : 'Standard'
  if (advanced || wanted === 'Intelligent-Tiering') return 'Advanced'
  throw fault(
    'ValidationException',
    `Standard tier parameters support a maximum parameter value of ${STANDARD_BYTES} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
  )
}
