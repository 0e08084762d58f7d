/** Synthesizes an app under cdk-nag and CloudFormation's offline validation, and says what they find. */

import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  CfnResource,
  CloudFormationValidatePlugin,
  Stack,
  Validations,
  type App,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
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
  /** Of cdk-nag, warnings included: each wants a remedy or a reason. */
  unsuppressed: Finding[]
  suppressed: Acknowledged[]
  /** Acknowledgements that a finding needs, and those that none needs, as `path rule`. */
  used: string[]
  idle: string[]
  /** Of the offline validation; warnings are not counted. */
  errors: Finding[]
  warnings: Finding[]
  /** `stack/logical id` of every resource. */
  resources: string[]
}

/** Keeps what a plugin said: CDK's own report leaves out what cdk-nag filters, and CDK rewrites severities. */
class Recorder implements IPolicyValidationPlugin {
  readonly name: string
  report?: PolicyValidationPluginReport

  constructor(private readonly plugin: IPolicyValidationPlugin) {
    this.name = plugin.name
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const report = this.plugin.validate(context)
    this.report = structuredClone(report)
    return report
  }
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

function acknowledgements(app: App): Map<string, Map<string, string>> {
  const byPath = new Map<string, Map<string, string>>()
  for (const construct of app.node.findAll()) {
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

/** `build` puts the stacks into the app. Throws what synthesis throws; findings throw nothing. */
export function examine(build: (app: App) => void): Examination {
  const outdir = mkdtempSync(join(tmpdir(), 'check-'))
  const validation = process.env.CDK_VALIDATION
  // The plugin is registered by hand, to be recorded; the toolkit's own copy would do the work a second time.
  process.env.CDK_VALIDATION = 'false'
  try {
    const app = newApp(outdir, {
      '@aws-cdk/core:failSynthOnValidationErrors': false,
      '@aws-cdk/core:validateAgainstDefaultRules': true,
    })
    const offline = new Recorder(new CloudFormationValidatePlugin())
    const nag = [new Recorder(new AwsSolutionsChecks(app)), new Recorder(new EncryptionChecks())]
    Validations.of(app).addPlugins(offline, ...nag)
    build(app)
    app.synth()
    const given = acknowledgements(app)
    const everything = [new AwsSolutionsChecks(app), new EncryptionChecks()].flatMap((pack) =>
      findings(deaf(pack).validateScope(app), ANY),
    )
    return {
      unsuppressed: nag.flatMap(({report}) => findings(report!, ANY)),
      ...heard(everything, given),
      errors: findings(offline.report!, ['fatal', 'error']),
      warnings: findings(offline.report!, ['warning']),
      resources: app.node.findAll().filter(CfnResource.isCfnResource).map(nameOf),
    }
  } finally {
    if (validation === undefined) delete process.env.CDK_VALIDATION
    else process.env.CDK_VALIDATION = validation
    rmSync(outdir, {recursive: true, force: true})
  }
}

const nameOf = (resource: CfnResource): string =>
  `${Stack.of(resource).stackName}/${Stack.of(resource).resolve(resource.logicalId)}`

function heard(
  everything: readonly Finding[],
  given: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Pick<Examination, 'idle' | 'suppressed' | 'used'> {
  const used = new Set<string>()
  const suppressed = everything.flatMap((finding): Acknowledged[] => {
    const parts = finding.path.split('/')
    for (let {length} = parts; length > 0; length--) {
      const path = parts.slice(0, length).join('/')
      const reason = given.get(path)?.get(finding.rule)
      if (reason === undefined) continue
      used.add(`${path} ${finding.rule}`)
      return [{...finding, reason}]
    }

    return []
  })
  const all = [...given].flatMap(([path, rules]) => [...rules.keys()].map((rule) => `${path} ${rule}`))
  return {suppressed, used: [...used], idle: all.filter((one) => !used.has(one))}
}
