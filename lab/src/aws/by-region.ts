/** State that each region keeps to itself. */
export class ByRegion<T> {
  private readonly regions = new Map<string, Map<string, T>>()

  of(region: string): Map<string, T> {
    const state = this.regions.get(region) ?? new Map<string, T>()
    this.regions.set(region, state)
    return state
  }

  all(): [string, Map<string, T>][] {
    return [...this.regions]
  }
}

/** One page of a list. The token is opaque to clients: the index of the next page's first item. */
export function page<T>(items: T[], size: number, token: string | undefined): {items: T[]; next: string | undefined} {
  const start = token === undefined ? 0 : Number.parseInt(Buffer.from(token, 'base64url').toString('latin1'), 10) || 0
  const end = start + size
  const next = end < items.length ? Buffer.from(String(end), 'latin1').toString('base64url') : undefined
  return {items: items.slice(start, end), next}
}
