/**
 * Buildspecs of version 0.2. Source: "Build specification reference for CodeBuild", CodeBuild user guide. What the lab does not do is
 * refused by name.
 */

import {parseDocument} from 'yaml'
import {z} from 'zod'

export const COMMAND_PHASES = ['install', 'pre_build', 'build', 'post_build'] as const
export type CommandPhase = (typeof COMMAND_PHASES)[number]

export interface PhaseSpec {
  commands: string[]
  finally: string[]
  /** Undefined: as the phases of a build follow each other. */
  onFailure: 'ABORT' | 'CONTINUE' | undefined
}

export interface ArtifactSpec {
  /** Patterns, relative to the base. */
  files: string[]
  excludePaths: string[]
  /** Relative to the source. */
  base: string
  discardPaths: boolean
  name: string | undefined
}

export interface Buildspec {
  shell: 'sh' | 'bash'
  variables: Record<string, string>
  parameterStore: Record<string, string>
  secretsManager: Record<string, string>
  exported: string[]
  phases: Partial<Record<CommandPhase, PhaseSpec>>
  artifacts: ArtifactSpec | undefined
  /** By artifact identifier. */
  secondary: Record<string, ArtifactSpec>
}

/** CodeBuild fails such a build with YAML_FILE_ERROR before its first command. */
export class BuildspecError extends Error {}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const yesOrNo = z.union([z.boolean(), z.enum(['yes', 'no'])]).transform((value) => value === true || value === 'yes')
const name = z.string().regex(/^[A-Za-z_]\w*$/, 'is not a name of an environment variable')
const variables = z.record(name, scalar).nullish()
const commands = z.array(scalar).nullish()

/** The lab's own Node.js runs for every version of the runtime, as it does for functions. */
const runtimes = z.strictObject({nodejs: scalar}, 'is not supported by the lab, but for nodejs')

const phase = z.strictObject({
  commands,
  finally: commands,
  'on-failure': z.enum(['ABORT', 'CONTINUE'], 'is supported by the lab as ABORT and CONTINUE alone').optional(),
})

const artifactMembers = {
  files: z.array(scalar),
  'exclude-paths': z.array(scalar).nullish(),
  'base-directory': scalar.nullish(),
  'discard-paths': yesOrNo.nullish(),
  name: scalar.refine((text) => !/[$`]/.test(text), 'is not evaluated by the lab: it must be plain text').nullish(),
}

const artifact = z.strictObject(artifactMembers)

const schema = z.strictObject({
  version: scalar.refine((version) => version === '0.2', 'is supported by the lab as 0.2 alone'),
  env: z
    .strictObject({
      shell: z.enum(['bash', '/bin/sh'], 'is supported by the lab as bash and /bin/sh alone').optional(),
      variables,
      'parameter-store': variables,
      'secrets-manager': variables,
      'exported-variables': z.array(name).nullish(),
      'git-credential-helper': yesOrNo.refine((value) => !value, 'is not supported by the lab').nullish(),
    })
    .nullish(),
  phases: z.strictObject({
    install: phase.extend({'runtime-versions': runtimes.nullish()}).nullish(),
    pre_build: phase.nullish(),
    build: phase.nullish(),
    post_build: phase.nullish(),
  }),
  artifacts: z
    .strictObject({
      ...artifactMembers,
      files: artifactMembers.files.optional(),
      'secondary-artifacts': z.record(z.string(), artifact).nullish(),
    })
    .nullish(),
  /** Without a cache in its project a build keeps nothing, on AWS too. */
  cache: z.unknown().optional(),
})

/** @throws BuildspecError for what is no YAML, no buildspec, or asks for what the lab does not do */
export function readBuildspec(text: string): Buildspec {
  const document = parseDocument(text, {schema: 'core', logLevel: 'error'})
  const [problem] = document.errors
  if (problem) throw new BuildspecError(`the buildspec is not YAML: ${problem.message.split('\n')[0]}`)
  const parsed = schema.safeParse(document.toJS({maxAliasCount: 100}))
  if (!parsed.success) throw new BuildspecError(parsed.error.issues.map(said).join('; '))
  const {env, phases, artifacts} = parsed.data
  return {
    shell: env?.shell === 'bash' ? 'bash' : 'sh',
    variables: env?.variables ?? {},
    parameterStore: env?.['parameter-store'] ?? {},
    secretsManager: env?.['secrets-manager'] ?? {},
    exported: env?.['exported-variables'] ?? [],
    phases: Object.fromEntries(COMMAND_PHASES.flatMap((one) => (phases[one] ? [[one, phaseOf(phases[one])]] : []))),
    artifacts: artifacts?.files && artifactOf({...artifacts, files: artifacts.files}),
    secondary: Object.fromEntries(
      Object.entries(artifacts?.['secondary-artifacts'] ?? {}).map(([id, one]) => [id, artifactOf(one)]),
    ),
  }
}

const phaseOf = (given: z.infer<typeof phase>): PhaseSpec => ({
  commands: given.commands ?? [],
  finally: given.finally ?? [],
  onFailure: given['on-failure'],
})

const artifactOf = (given: z.infer<typeof artifact>): ArtifactSpec => ({
  files: given.files,
  excludePaths: given['exclude-paths'] ?? [],
  base: given['base-directory'] ?? '.',
  discardPaths: given['discard-paths'] ?? false,
  name: given.name ?? undefined,
})

function said(issue: z.core.$ZodIssue): string {
  const at = issue.path.map(String).join('.') || 'the buildspec'
  if (issue.code === 'unrecognized_keys')
    return `the lab does not support ${issue.keys.map((key) => [...issue.path.map(String), key].join('.')).join(', ')} of a buildspec`
  return `${at} ${issue.message}`
}
