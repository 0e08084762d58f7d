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

const domains = z.record(z.string(), z.hostname()).optional()

/** Seconds: a health check follows its metric within minutes, a change of the records generally within 60 s. */
const STEER_SECONDS = {'data-plane': 300, 'control-plane': 120, 'routing-controls': 300}

const routingControls = z
  .record(
    z.string(),
    z
      .string()
      .regex(
        /^arn:aws[a-z-]*:route53-recovery-control::\d{12}:controlpanel\/\w+\/routingcontrol\/\w+$/,
        'must be the ARN of a routing control, such as arn:aws:route53-recovery-control::111122223333:controlpanel/0123abcd/routingcontrol/4567cdef',
      ),
  )
  .refine((controls) => new Set(Object.values(controls)).size === Object.keys(controls).length, {
    error: 'must name another routing control for each region',
  })

const clusterEndpoints = z
  .array(
    z.strictObject({
      region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the region of the endpoint, such as us-west-2'),
      url: z.url({protocol: /^https?$/}),
    }),
  )
  .min(1)

const route53 = z
  .strictObject({
    kind: z
      .literal('route53')
      .meta({description: 'A name in a hosted zone of Route 53 leads to the API of one region'}),
    url: z.url({protocol: /^https?$/}).meta({description: 'The address that clients use, without the path of the API'}),
    hostedZoneId: z
      .string()
      .regex(/^[A-Z0-9]{1,32}$/, 'must be the id of a hosted zone, such as Z1D633PJN98FT9')
      .meta({description: 'The hosted zone of the name'}),
    name: z.hostname().meta({description: 'The name that clients use: the host of url'}),
    via: z.enum(['data-plane', 'control-plane', 'routing-controls']).default('data-plane').meta({
      description:
        'data-plane: a metric in the away region decides which of two failover records answers. control-plane: the records are changed. routing-controls: those of Application Recovery Controller (ARC) decide which of two records answers',
    }),
    healthCheckId: z
      .string()
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the id of a health check of Route 53')
      .optional()
      .meta({description: 'The health check of the PRIMARY record; by default the one that it has'}),
    domains: domains.meta({
      description: 'By region, the host that the name leads to; by default those of the APIs of the deployment',
    }),
    metric: z
      .strictObject({
        namespace: z.string().min(1),
        name: z.string().min(1),
        dimensions: z.record(z.string(), z.string()).default({}),
      })
      .optional()
      .meta({
        description:
          'The metric that the health check follows; by default AwayServes in the namespace todo-dr, of the name as its dimension Route',
      }),
    routingControls: routingControls.optional().meta({
      description: 'With via: routing-controls: by region, the ARN of its routing control',
    }),
    clusterEndpoints: clusterEndpoints.optional().meta({
      description:
        'With via: routing-controls: the endpoints of the cluster, of which AWS makes five. Any that answers is used',
    }),
    steerSeconds: z.number().int().min(60).max(3600).optional().meta({
      description: 'How long a steer may take; by default 120 by the control plane, 300 by the others',
    }),
  })
  .transform((route) => ({...route, steerSeconds: route.steerSeconds ?? STEER_SECONDS[route.via]}))

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('deployed').meta({
      description: 'The route that the deployment was made with, for its place in a list of several',
    }),
    url,
  }),
  z.strictObject({
    kind: z.literal('origin').meta({description: 'The distribution sends clients to one origin, which is changed'}),
    url,
    distributionId: z
      .string()
      .regex(/^[A-Z0-9]+$/, 'must be the id of a CloudFront distribution, such as E2QWRUHAPOMQZL')
      .optional()
      .meta({description: 'The distribution; by default that of the deployment. Another one needs its url beside it'}),
    domains: domains.meta({
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
  route53,
])

const OF_CONTROLS = {
  routingControls: 'the ARN of a routing control for each region',
  clusterEndpoints:
    'they are not looked up on the night. aws route53-recovery-control-config describe-cluster --region us-west-2 prints them (docs/routes.md)',
}

/** A proof that went another way would prove nothing. */
const routeChoice = kinds
  .refine((route) => route.kind !== 'origin' || route.distributionId === undefined || route.url !== undefined, {
    path: ['url'],
    error: 'must be given beside distributionId: the address of that distribution',
  })
  .superRefine((route, context) => {
    if (route.kind !== 'route53') return
    for (const [key, what] of Object.entries(OF_CONTROLS)) {
      const isGiven = route[key as keyof typeof OF_CONTROLS] !== undefined
      const message =
        route.via === 'routing-controls'
          ? `must be given with via: routing-controls: ${what}`
          : 'is for via: routing-controls'
      if (isGiven !== (route.via === 'routing-controls')) context.addIssue({code: 'custom', path: [key], message})
    }
  })
  .refine((route) => route.kind !== 'route53' || new URL(route.url).hostname === route.name.toLowerCase(), {
    path: ['url'],
    error: 'must be an address with the host that name gives',
  })

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
