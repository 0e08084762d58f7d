/** How clients are sent to a region where todo-dr.yaml says so, in place of the route that the map of the deployment names. */

import {z} from 'zod'

const seconds = z.number().int().min(1).max(600)

const url = z
  .url({protocol: /^https?$/})
  .optional()
  .meta({
    description:
      'The address that clients use, without the path of the API; by default that of the distribution of the deployment',
  })

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('origin').meta({description: 'The distribution sends clients to one origin, which is changed'}),
    url,
    distributionId: z
      .string()
      .regex(/^[A-Z0-9]+$/, 'must be the id of a CloudFront distribution, such as E2QWRUHAPOMQZL')
      .optional()
      .meta({description: 'The distribution; by default that of the deployment. Another one needs its url beside it'}),
    domains: z.record(z.string(), z.hostname()).optional().meta({
      description: 'By region, the host name of its API as an origin has it; by default those of the deployment',
    }),
  }),
  z.strictObject({
    kind: z.literal('command').meta({description: 'A program of your own'}),
    url,
    command: z.array(z.string().min(1)).min(1).meta({
      description:
        'The program and its first arguments; "serving", or "steer" and a region, are added. It runs in the folder of this file',
    }),
    timeoutSeconds: seconds.default(30).meta({description: 'After so long a call of the program is ended'}),
    needs: z.string().min(1).optional().meta({
      description: 'What must answer for it to work, such as "the API of our DNS provider"',
    }),
    answersInARow: z.number().int().min(1).max(100).default(3).meta({
      description: 'So many good answers in a row, through the route, are taken as a proof that it has moved',
    }),
  }),
])

/** A proof that went through another distribution would prove nothing. */
const routeChoice = kinds.refine(
  (route) => route.kind !== 'origin' || route.distributionId === undefined || route.url !== undefined,
  {path: ['url'], error: 'must be given beside distributionId: the address of that distribution'},
)

export type RouteChoice = z.infer<typeof routeChoice>

/** In order of preference. A mistake is told of the form that fits, which the first form must not do by chance: see `parse.ts`. */
export const routeChoices = z.union([
  z
    .array(routeChoice)
    .min(1)
    .superRefine((routes, context) => {
      const first = routes.find((route) => route.url !== undefined)?.url
      for (const [index, route] of routes.entries())
        if (route.url !== undefined && route.url !== first)
          context.addIssue({
            code: 'custom',
            path: [index, 'url'],
            message: `must be ${first} as above: all routes of a list are for the same clients, which use one address`,
          })
    }),
  routeChoice,
])
