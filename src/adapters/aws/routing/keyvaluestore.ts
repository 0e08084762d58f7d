/** A key of the edge's KeyValueStore names the serving region. */

import {z} from 'zod'
import type {RouteSettings} from '../../../model/deployment.js'

const settings = z.object({
  kind: z.literal('keyvaluestore'),
  storeArn: z.string(),
  /** The key whose value is the serving region's name. */
  key: z.string(),
})

/** How version 1 of the map tells it, beside what it says of the edge. */
export const version1Route = z.object({keyValueStoreArn: z.string(), key: z.string()})

export const keyValueStoreOf = (route: RouteSettings): z.infer<typeof settings> => settings.parse(route)
export const keyValueStoreFault = (route: RouteSettings): string | undefined => {
  const issue = settings.safeParse(route).error?.issues[0]
  return issue && `route.${issue.path.join('.')}: ${issue.message}`
}
