/** What the map of a deployment looks like as JSON: schemaVersion 2, and 1, which is converted when it is read. */

import {z} from 'zod'
import {DrError} from '../../errors.js'
import type {Deployment} from '../../model/deployment.js'
import {homeFirst} from '../../model/regions.js'
import {routeKind, routeOfVersion1, version1Route} from './routing/index.js'

/** What both versions say of a region. */
const side = {
  apiUrl: z.url(),
  clusterArn: z.string(),
  clusterId: z.string(),
  proxyName: z.string(),
  userPoolId: z.string(),
  clientId: z.string(),
  tokenUrl: z.url(),
  writerTimeoutSeconds: z.number(),
  leaseBucket: z.string(),
}

const edge = {
  url: z.url(),
  distributionId: z.string(),
  lock: z.object({header: z.string(), secretName: z.string()}).optional(),
}

const functions = z
  .object({
    writers: z.array(z.string()).min(1),
    readers: z.array(z.string()),
    presence: z.string().optional(),
    migrate: z.string().optional(),
    compare: z.string().optional(),
    authorizer: z.string().optional(),
  })
  .refine(({migrate, writers}) => migrate === undefined || writers.includes(migrate), {
    path: ['migrate'],
    error: 'must be one of the writers, so that the fence stops it too',
  })
  .refine(({presence, readers}) => presence === undefined || readers.includes(presence), {
    path: ['presence'],
    error: 'must be one of the readers',
  })
  .refine(({compare, readers}) => compare === undefined || readers.includes(compare), {
    path: ['compare'],
    error: 'must be one of the readers',
  })

const version2 = z.object({
  schemaVersion: z.literal(2),
  app: z.string(),
  regions: z
    .array(z.object({region: z.string(), ...side, functions}))
    .min(1)
    .refine((regions) => new Set(regions.map(({region}) => region)).size === regions.length, {
      error: 'must not list a region twice',
    }),
  globalClusterId: z.string(),
  edge: z.object(edge),
  route: z.looseObject({kind: z.string()}),
}) satisfies z.ZodType<Deployment>

const version1 = z.object({
  schemaVersion: z.literal(1),
  app: z.string(),
  home: z.string(),
  away: z.string(),
  globalClusterId: z.string(),
  edge: z.object({...edge, ...version1Route.shape}),
  regions: z.record(
    z.string(),
    z.object({
      ...side,
      functions: z.object({
        createTable: z.string(),
        get: z.string(),
        upsert: z.string(),
        remove: z.string(),
        ledgerCheck: z.string(),
      }),
    }),
  ),
})

/**
 * The map in a JSON text; `where` names its place in errors. Throws `MapInvalid` (exit failed) for anything that is no map,
 * and `RouteUnknown` (exit usage) for a route of a kind that this version cannot steer by.
 */
export function parseMap(text: string, where: string): Deployment {
  try {
    return mapOf(JSON.parse(text), where)
  } catch (error) {
    if (error instanceof SyntaxError) throw badMap(where, 'it is not valid JSON')
    throw error
  }
}

/** The map in a value that was JSON. Throws what `parseMap` throws. */
export function mapOf(value: unknown, where: string): Deployment {
  const {schemaVersion} = (value ?? {}) as {schemaVersion?: unknown}
  if (schemaVersion === 1) return fromVersion1(valid(version1, value, where), where)
  if (schemaVersion !== 2) throw badMap(where, `its schemaVersion is ${JSON.stringify(schemaVersion)}, not 1 or 2`)
  const deployment = valid(version2, value, where)
  valid(z.object({route: routeKind(deployment.route.kind).settings}), deployment, where)
  return deployment
}

function fromVersion1(old: z.infer<typeof version1>, where: string): Deployment {
  const {app, globalClusterId} = old
  const {url, distributionId, lock} = old.edge
  return {
    schemaVersion: 2,
    app,
    regions: homeFirst(old).map((region) => {
      const found = old.regions[region]
      if (!found) throw badMap(where, `regions.${region} is missing`)
      const {createTable, get, upsert, remove, ledgerCheck} = found.functions
      return {
        region,
        ...found,
        functions: {
          writers: [upsert, remove, createTable],
          readers: [get, ledgerCheck],
          presence: ledgerCheck,
          migrate: createTable,
        },
      }
    }),
    globalClusterId,
    edge: {url, distributionId, ...(lock && {lock})},
    route: routeOfVersion1(old.edge),
  }
}

function valid<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw badMap(where, `${issue!.path.join('.')}: ${issue!.message}`)
}

const badMap = (where: string, why: string): DrError =>
  new DrError({
    code: 'MapInvalid',
    exit: 'failed',
    what: `the map of the deployment cannot be read (${where})`,
    why,
    next: 'deploy the directory stacks again with the template of this version',
  })
