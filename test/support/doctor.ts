/** What `doctor --json` prints, as tests read it. */

export interface Doctor {
  target: string
  findings: {check: string; region: string | null; level: string; text: string; remedy: string | null}[]
  counts: Record<string, number>
}
