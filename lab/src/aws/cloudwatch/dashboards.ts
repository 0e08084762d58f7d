/** Dashboards of CloudWatch: one set for the account, whichever region is asked (CloudWatch user guide, "Using Amazon CloudWatch dashboards"). */

import type {
  DashboardEntry,
  DeleteDashboardsInput,
  GetDashboardInput,
  ListDashboardsInput,
  PutDashboardInput,
} from '@aws-sdk/client-cloudwatch'

import {ACCOUNT, fault, type Operation} from '../../kernel.js'

interface DashboardRecord {
  body: string
  changedAt: Date
}

const arnOf = (name: string): string => `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${name}`

const notFound = (name: string): Error => fault('ResourceNotFound', `Dashboard ${name} does not exist`, 404)

export class Dashboards {
  private readonly records = new Map<string, DashboardRecord>()

  readonly operations: Record<string, Operation> = {
    /** Makes and changes alike. What a widget of a known shape holds is not looked at. */
    PutDashboard: ({DashboardName: name = '', DashboardBody: body = ''}: PutDashboardInput) => {
      check(name, body)
      this.records.set(name, {body, changedAt: new Date()})
      return {DashboardValidationMessages: []}
    },

    GetDashboard: ({DashboardName: name = ''}: GetDashboardInput) => {
      const found = this.records.get(name)
      if (!found) throw notFound(name)
      return {DashboardArn: arnOf(name), DashboardBody: found.body, DashboardName: name}
    },

    ListDashboards: ({DashboardNamePrefix: prefix = ''}: ListDashboardsInput) => ({
      DashboardEntries: [...this.records]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, {body, changedAt}]): DashboardEntry => ({
          DashboardName: name,
          DashboardArn: arnOf(name),
          LastModified: changedAt,
          Size: Buffer.byteLength(body),
        })),
    }),

    /** All of them or none (DeleteDashboards, CloudWatch API). */
    DeleteDashboards: ({DashboardNames: names = []}: DeleteDashboardsInput) => {
      const missing = names.find((name) => !this.records.has(name))
      if (missing !== undefined) throw notFound(missing)
      for (const name of names) this.records.delete(name)
      return {}
    },
  }
}

/** "Dashboard names can contain A-Z, a-z, 0-9, "-", and "_", at most 255 characters" (PutDashboard, CloudWatch API). */
function check(name: string, body: string): void {
  if (!/^[\w-]{1,255}$/.test(name))
    throw invalid('DashboardName', `The value ${name} for parameter DashboardName contains invalid characters.`)
  const parsed = objectIn(body)
  if (!parsed) throw invalid('/', 'The dashboard body is invalid, there was an error parsing the JSON')
  if (!Array.isArray(parsed.widgets)) throw invalid('/widgets', "Should have required property 'widgets'")
  for (const [index, widget] of parsed.widgets.entries()) {
    const {type, properties} = new Object(widget) as {type?: unknown; properties?: unknown}
    if (!TYPES.has(String(type)))
      throw invalid(`/widgets/${index}/type`, 'Should be equal to one of the allowed values')
    if (typeof properties !== 'object' || properties === null)
      throw invalid(`/widgets/${index}`, "Should have required property 'properties'")
  }
}

/** "Dashboard Body Structure and Syntax" (CloudWatch API reference). */
const TYPES = new Set(['alarm', 'custom', 'explorer', 'log', 'metric', 'text'])

function objectIn(text: string): {widgets?: unknown} | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const invalid = (path: string, message: string): Error =>
  fault('InvalidParameterInput', `The dashboard body is invalid: ${path} ${message}`)
