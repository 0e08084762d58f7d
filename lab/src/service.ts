/** What the lab knows of an AWS service beside its operations: how it is spoken to, and what IAM wants for its calls. */

/** The protocols of AWS that the lab speaks. */
export type Protocol = 'json' | 'restJson' | 'restXml' | 'query' | 'ec2' | 'cbor'

/** An SDK client, whose schemas are the service's wire. Imported at the first call, so that boot stays quick. */
export interface SdkClient {
  load(): Promise<Record<string, unknown>>
  /** The client's class. */
  name: string
}

/** One call as it came over the wire. */
export interface WireCall {
  service: string
  operation: string
  input: Record<string, unknown>
  region: string
  method: string
  /** Of the URL, without the query. */
  path: string
}

/** What IAM wants allowed. */
export interface Need {
  action: string
  resources: string[]
  /** Values of condition keys that the call itself does not tell, by name in lower case. */
  context?: Readonly<Record<string, string>>
}

/** Asks a service of the lab; undefined where it says no. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Lookup = (service: string, operation: string, input: object, region: string) => Promise<any>

/**
 * How the input of a call names actions and resources for IAM. Which of them IAM asks for is said by the Service Authorization
 * Reference: govern/service-authorization.json. In a pattern `~` is a value (a slash before it is not doubled), `R` the region and
 * `A` the account, each between colons.
 */
export interface Permissions {
  /** Of its actions, where that is not the signing name: `cloudwatch` of `monitoring`. */
  prefix?: string
  /** Operations whose action has another name. */
  actions?: Readonly<Record<string, string | ((input: Record<string, unknown>) => string)>>
  /** Operations that want a second action for the same resources. */
  also?: Readonly<Record<string, string>>
  /** Members of an input that name a resource, each with the pattern of its ARN. */
  members?: readonly (readonly [member: string, pattern: string])[]
  /** What a call that names nothing is about: all of a kind, where IAM knows the kind and does not require it. By operation. */
  all?: Readonly<Record<string, string>>
  /** ARNs that no pattern gives. */
  resources?(call: WireCall, lookup: Lookup): string[] | Promise<string[]>
  /** What the service asks of another one with the caller's own rights. */
  onBehalf?(call: WireCall, lookup: Lookup): Promise<Need[]>
  /** Everything that a call wants, where the tables above do not say it; none: AWS lets everybody call it. */
  needs?(call: WireCall): Need[] | undefined
  /** What a caller must also be allowed to be told this error; without it AWS answers that access is denied. */
  toBeTold?(code: string, input: Record<string, unknown>): Need | undefined
}

/** An error in the words of one service. */
export interface Refusal {
  code: string
  message: string
  status: number
}

/** One thing of an input that the model of its operation does not allow. */
export interface Violation {
  /** missing: a required member that is not there. type: what cannot be read as what it has to be. value: all else. */
  kind: 'missing' | 'type' | 'value'
  /** From the input down: members, keys of maps, and places in lists from 1 on. */
  path: readonly string[]
  value: unknown
  /** In AWS's words, such as `Member must not be null`. */
  rule: string
  /** The kind of rule that a `value` breaks; of a list, the first one. */
  constraint?: 'enum' | 'length' | 'range' | 'pattern'
  /** False for what stands in the path, the query or a header. */
  inBody: boolean
  /** AWS leaves the value out of its answer. */
  sensitive: boolean
}

export interface ServiceApi {
  /** The service's name in a SigV4 scope, such as `rds` or `cognito-idp`. */
  readonly signingName: string
  /**
   * regional: dies with the region of the scope. global: dies with us-east-1, whatever the scope says (CloudFront, IAM).
   * everywhere: never dies (KeyValueStore writes: an assumption about AWS, flagged in the docs).
   */
  readonly placement: 'regional' | 'global' | 'everywhere'
  /** Undefined: the service is called inside the lab only, and over the wire answers as one that there is not. */
  readonly client?: SdkClient
  readonly permissions?: Permissions
  /** What AWS leaves unsigned, for callers without keys: the prefix of its X-Amz-Target, and the operations. */
  readonly unsigned?: {target: string; operations: ReadonlySet<string>}
  /** Operations that tell a status, which may lag behind what is true. */
  readonly statusReads?: ReadonlySet<string>
  /** What it says to who calls too often; most services have one word for it. Source: the error pages of the API references. */
  readonly throttle?: Refusal
  /** What it says when something is wrong with itself, where that is not InternalFailure. */
  readonly failure?: Refusal
  /** Throws where what a request says of its own body is not true of it. Names of headers are in lower case. */
  readonly checkBody?: (operation: string, headers: Readonly<Record<string, string>>, body: Buffer) => void
  /**
   * What it says to an input that its model does not allow, where that is not what its protocol's services say: the code for the usual
   * text, or more. Undefined: as its protocol's services do.
   */
  readonly invalid?:
    string | ((operation: string, violations: readonly [Violation, ...Violation[]]) => Refusal | undefined)
}

/** A limit of an account, as Service Quotas shows it. */
export interface Quota {
  serviceCode: string
  serviceName: string
  code: string
  name: string
  value: number
}
