import type {LogPage} from '../../ports/pipelines.js'

/**
 * What a build has printed from there on, and where to go on later. The last page has the token that it was asked with (CloudWatch Logs API,
 * GetLogEvents); one before it may be empty.
 */
export async function restOfLog(ask: (from: string | undefined) => Promise<LogPage>, from?: string): Promise<LogPage> {
  const lines: string[] = []
  let next = from
  for (;;) {
    const page = await ask(next)
    lines.push(...page.lines)
    if (page.next === undefined || page.next === next) return {lines, next}
    next = page.next
  }
}
