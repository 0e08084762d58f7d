/** Synthesizes apps, and says what cdk-nag and CloudFormation's offline validation find in them. */

import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  CfnResource,
  CloudFormationValidatePlugin,
  Stack,
  Validations,
  type App,
  type PolicyValidationPluginReport,
  type PolicyValidationStack,
} from 'aws-cdk-lib'
import {AwsSolutionsChecks, type NagPack} from 'cdk-nag'
import {newApp} from '../lib/app.js'
import {EncryptionChecks} from './encryption.js'

export interface Finding {
  rule: string
  /** Path of the construct, its stack first. */
  path: string
  description: string
}

export interface Acknowledged extends Finding {
  reason: string
}

export interface Examination {
  /** Of cdk-nag, warnings included: each needs a remedy or a reason. */
  unsuppressed: Finding[]
  suppressed: Acknowledged[]
  /** Acknowledgements that no finding needs, as `path rule`. */
  idle: string[]
  /** Of the offline validation; warnings are not counted. */
  errors: Finding[]
  warnings: Finding[]
  /** `stack/logical id` of every resource. */
  resources: string[]
}

const findings = (report: PolicyValidationPluginReport, severities: readonly string[]): Finding[] =>
  report.violations
    .filter(({severity}) => severities.includes(severity ?? 'error'))
    .flatMap(({ruleName, description, violatingResources}) =>
      violatingResources.map(({constructPath, resourceLogicalId, templatePath}) => ({
        rule: ruleName,
        path:
          constructPath ?? `${templatePath?.replace(/^.*\//, '').replace('.template.json', '')}/${resourceLogicalId}`,
        description,
      })),
    )

const ANY = ['fatal', 'error', 'warning', 'info'] as const

/** The same pack with no acknowledgement heard: cdk-nag drops what is acknowledged without a word. */
function deaf(pack: NagPack): NagPack {
  return Object.defineProperty(pack, 'isAcknowledged', {value: () => false})
}

/** By path of a construct and rule, the reason. */
type Acknowledgements = Map<string, Map<string, string>>

function acknowledgements(stack: Stack): Acknowledgements {
  const byPath: Acknowledgements = new Map()
  for (const construct of stack.node.findAll()) {
    for (const {type, data} of construct.node.metadata) {
      if (type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY) continue
      const rules = byPath.get(construct.node.path) ?? new Map<string, string>()
      byPath.set(construct.node.path, rules)
      // Of cdk-nag's rules only: those of the offline validation are CDK's own, on its own constructs.
      for (const [id, reason] of Object.entries(data as Record<string, string>))
        if (/^annotation::/i.test(id)) rules.set(id.replace(/^annotation::/i, ''), reason)
    }
  }

  return byPath
}

/** One of each. */
const distinct = <T>(items: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
]
const place = ({rule, path}: Finding): string => `${path} ${rule}`
const said = (finding: Finding): string => `${place(finding)} ${finding.description}`

/**
 * Each of `builds` puts its stacks into an app of its own. A stack that several of them make with the same template and the same
 * acknowledgements is examined once: the rules look at nothing else. Throws what synthesis throws; findings throw nothing.
 */
export function examine(...builds: readonly ((app: App) => void)[]): Examination {
  const outdir = mkdtempSync(join(tmpdir(), 'check-'))
  const validation = process.env.CDK_VALIDATION
  // It runs below, once for all templates: most of its time goes into its start.
  process.env.CDK_VALIDATION = 'false'
  try {
    const packs = [new AwsSolutionsChecks(), new EncryptionChecks()].map((pack) => deaf(pack))
    const seen = new Set<string>()
    const templates: PolicyValidationStack[] = []
    const judged: Judged[] = []
    const resources: string[] = []
    for (const [index, build] of builds.entries()) {
      const app = newApp(join(outdir, String(index)))
      build(app)
      const assembly = app.synth()
      for (const stack of app.node.findAll().filter((one) => Stack.isStack(one))) {
        const {templateFullPath, environment} = assembly.getStackArtifact(stack.artifactId)
        const given = acknowledgements(stack)
        const reasons = [...given].map(([path, rules]) => [path, ...rules])
        const form = JSON.stringify([stack.node.path, environment, readFileSync(templateFullPath, 'utf8'), reasons])
        if (seen.has(form)) continue
        seen.add(form)
        const {account: accountId, region} = environment
        templates.push({stackConstructPath: stack.node.path, templatePath: templateFullPath, accountId, region})
        judged.push(
          judge(
            packs.flatMap((pack) => findings(pack.validateScope(stack), ANY)),
            given,
          ),
        )
        resources.push(...stack.node.findAll().filter(CfnResource.isCfnResource).map(nameOf))
      }
    }

    const templatePaths = templates.map(({templatePath}) => templatePath)
    const context = {templatePaths, stackTemplates: templates, appConstruct: newApp(outdir)}
    const report = new CloudFormationValidatePlugin().validate(context)
    const used = new Set(judged.flatMap(({used}) => used))
    return {
      unsuppressed: distinct(
        judged.flatMap(({unsuppressed}) => unsuppressed),
        place,
      ),
      suppressed: distinct(
        judged.flatMap(({suppressed}) => suppressed),
        place,
      ),
      // One of several forms of a stack may need what another does not.
      idle: [...new Set(judged.flatMap(({given}) => given))].filter((one) => !used.has(one)),
      errors: distinct(findings(report, ['fatal', 'error']), said),
      warnings: distinct(findings(report, ['warning']), said),
      resources: [...new Set(resources)],
    }
  } finally {
    if (validation === undefined) delete process.env.CDK_VALIDATION
    else process.env.CDK_VALIDATION = validation
    rmSync(outdir, {recursive: true, force: true})
  }
}

const nameOf = (resource: CfnResource): string =>
  `${Stack.of(resource).stackName}/${Stack.of(resource).resolve(resource.logicalId)}`

interface Judged extends Pick<Examination, 'suppressed' | 'unsuppressed'> {
  /** All acknowledgements, and those that a finding needs, as `path rule`. */
  given: string[]
  used: string[]
}

/** An acknowledgement is heard on its construct and on all inside it. */
function judge(found: readonly Finding[], given: Acknowledgements): Judged {
  const judged: Judged = {
    suppressed: [],
    unsuppressed: [],
    given: [...given].flatMap(([path, rules]) => [...rules.keys()].map((rule) => `${path} ${rule}`)),
    used: [],
  }
  for (const finding of found) {
    const parts = finding.path.split('/')
    const above = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
    const path = above.find((one) => given.get(one)?.has(finding.rule))
    if (path === undefined) {
      judged.unsuppressed.push(finding)
      continue
    }

    judged.used.push(`${path} ${finding.rule}`)
    judged.suppressed.push({...finding, reason: given.get(path)!.get(finding.rule)!})
  }

  return judged
}
