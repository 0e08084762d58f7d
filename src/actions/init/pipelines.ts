/** What the pipelines of a new project can be; see docs/adr/0030. Imports nothing: a flag lists them. */
export const PIPELINES = {
  failover: 'a failover pipeline in each region',
  codecommit: 'those, and a delivery pipeline whose source is a CodeCommit repository',
  connection: 'the same with a source elsewhere, by AWS CodeConnections',
  none: 'no pipeline',
} as const
export type PipelineChoice = keyof typeof PIPELINES
