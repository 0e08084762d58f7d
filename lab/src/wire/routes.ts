import {members, type OperationModel} from './schema.js'

/** One operation of a REST protocol as a pattern of method, path, query and headers. */
export interface Route {
  operation: OperationModel
  method: string
  path: RegExp
  /** Names of the input's members that the path carries, in order. */
  labels: string[]
  /** Query parameters with their value; an empty value means that the name alone decides. */
  query: [string, string][]
  requiredQuery: string[]
  requiredHeaders: string[]
  status: number
  specificity: number
  /** S3 only: the bucket is in front of the path, and no label names it. */
  takesBucket: boolean
}

export function routesOf(operations: OperationModel[]): Route[] {
  return operations.flatMap((operation) => routeOf(operation) ?? []).sort((a, b) => b.specificity - a.specificity)
}

function routeOf(operation: OperationModel): Route | undefined {
  const http = operation.traits.http as [string, string, number] | undefined
  // A host prefix means a data plane apart (S3 Object Lambda), which the lab has not.
  if (!http || operation.traits.endpoint) return undefined
  const [method, uri, status] = http
  const [pattern = '/', queryString = ''] = uri.split('?')
  const labels: string[] = []
  const path = pattern
    .replaceAll(/[.$]/g, String.raw`\$&`)
    .replaceAll(/{(\w+)(\+?)}/g, (_, label: string, greedy: string) => {
      labels.push(label)
      return greedy ? '(.+)' : '([^/]+)'
    })
  const all = members(operation.input)
  const required = all.filter((member) => member.required)
  // The SDK's own mark; other clients do not send it.
  const query = [...new URLSearchParams(queryString)].filter(([name]) => name !== 'x-id')
  const requiredQuery = required.flatMap(({traits}) => (traits.httpQuery as string | undefined) ?? [])
  const requiredHeaders = required.flatMap(({traits}) => (traits.httpHeader as string | undefined)?.toLowerCase() ?? [])
  const literal = pattern.replaceAll(/{.*?}/g, '').length
  return {
    operation,
    method,
    path: new RegExp(`^${path}/?$`, 's'),
    labels,
    query,
    requiredQuery,
    requiredHeaders,
    status,
    specificity: literal + 100 * query.length + 10 * (requiredQuery.length + requiredHeaders.length),
    takesBucket: all.some(({name, required}) => name === 'Bucket' && required),
  }
}

export interface RouteTarget {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** S3 only: whether a bucket stood in front of the path. */
  hasBucket?: boolean
}

export function findRoute(routes: Route[], target: RouteTarget): Route | undefined {
  const {method, path, query, headers, hasBucket} = target
  return routes.find(
    (route) =>
      route.method === method &&
      (hasBucket === undefined || route.takesBucket === hasBucket) &&
      route.query.every(([name, value]) => query.has(name) && (!value || query.get(name) === value)) &&
      route.requiredQuery.every((name) => query.has(name)) &&
      route.requiredHeaders.every((name) => headers[name] !== undefined) &&
      route.path.test(path),
  )
}
