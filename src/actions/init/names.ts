/**
 * Names that follow from the settings, for the runbook. The template computes the very same in infra-template/lib/config.ts,
 * which imports nothing of ours; a test holds the two together.
 */
export interface ProjectNames {
  lower: string
  globalCluster: string
  cluster(region: string): string
  proxy(region: string): string
  fn(region: string, part: string): string
  mapParameter: string
  stack(part: string, region: string): string
  edgeStack: string
}

export function projectNames(app: string): ProjectNames {
  const lower = app.toLowerCase()
  return {
    lower,
    globalCluster: lower,
    cluster: (region) => `${lower}-${region}`,
    proxy: (region) => `${lower}-${region}`,
    fn: (region, part) => `${app}-app-${region}-${part}`,
    mapParameter: `/todo-dr/${app}/deployment`,
    stack: (part, region) => `${app}-${part}-${region}`,
    edgeStack: `${app}-edge`,
  }
}
