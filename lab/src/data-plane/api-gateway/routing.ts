import type {Method} from '@aws-sdk/client-api-gateway'

import {blank, own} from '../../own.js'
import type {Snapshot} from './snapshot.js'

export interface Route {
  resourceId: string
  /** The resource's path with its parameters, such as `/v1/{id}`. */
  resourcePath: string
  method: Method
  pathParameters: Record<string, string>
}

const segmentsOf = (path: string): string[] => path.split('/').filter(Boolean)

/** 0 for a literal, 1 for `{name}`, 2 for `{name+}`: the lower one wins, from left to right [AWS: REST API resources]. */
const rank = (segment: string): number => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0)

/** The resource and method that a request leads to; undefined where there is none. `path` is without the stage. */
export function findRoute({resources}: Snapshot, httpMethod: string, path: string): Route | undefined {
  const given = segmentsOf(path)
  const candidates = resources
    .flatMap((resource) => {
      const pathParameters = match(segmentsOf(resource.path), given)
      return pathParameters
        ? [{resource, pathParameters, ranks: segmentsOf(resource.path).map((segment) => rank(segment))}]
        : []
    })
    .sort((left, right) => compare(left.ranks, right.ranks))
  const best = candidates[0]
  const method = own(best?.resource.methods, httpMethod) ?? best?.resource.methods.ANY
  if (!best || !method) return undefined
  return {
    resourceId: best.resource.id,
    resourcePath: best.resource.path,
    method,
    pathParameters: best.pathParameters,
  }
}

function match(pattern: string[], given: string[]): Record<string, string> | undefined {
  const parameters = blank<string>()
  for (const [index, segment] of pattern.entries()) {
    const value = given[index]
    if (value === undefined) return undefined
    if (rank(segment) === 2)
      return {
        ...parameters,
        [segment.slice(1, -2)]: given
          .slice(index)
          .map((one) => decode(one))
          .join('/'),
      }
    if (rank(segment) === 1) parameters[segment.slice(1, -1)] = decode(value)
    else if (segment !== decode(value)) return undefined
  }

  return pattern.length === given.length ? parameters : undefined
}

function compare(left: number[], right: number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference
  }

  return 0
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
