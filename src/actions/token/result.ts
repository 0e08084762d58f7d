/** What `token --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {instant, region} from '../shapes.js'

const token = z.object({
  token: z.string(),
  region: region.meta({description: 'The region of the user pool that issued it'}),
  expiresAt: instant,
})

export type TokenResult = z.infer<typeof token>

/** By the name of the schema's file. */
export const SCHEMAS = {token: token.meta({title: 'token --json'})}
