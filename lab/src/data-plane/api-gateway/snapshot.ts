import type {
  Authorizer,
  GatewayResponse,
  Method,
  MethodSetting,
  Model,
  RequestValidator,
} from '@aws-sdk/client-api-gateway'

/** What a deployment froze: later changes of the API are not served until the next deployment. */
export interface Snapshot {
  resources: {id: string; path: string; methods: Record<string, Method>}[]
  authorizers: Record<string, Authorizer>
  validators: Record<string, RequestValidator>
  models: Record<string, Model>
  gatewayResponses: Record<string, GatewayResponse>
  binaryMediaTypes: string[]
}

/** A stage as the data plane serves it: settings are live, the rest is frozen in the snapshot. */
export interface ServedStage {
  name: string
  snapshot: Snapshot
  variables: Record<string, string>
  /** The limits of a method: resource path as in `/v1`, and the HTTP method. */
  settings(path: string, method: string): MethodSetting
}

/** What the data plane needs to know of one REST API. */
export interface ServedApi {
  id: string
  region: string
  name: string
  /** `<id>.execute-api.<region>.amazonaws.com` */
  hostname: string
  /** The default endpoint is closed: only custom domain names answer. */
  disabled: boolean
  stage(name: string): ServedStage | undefined
}
