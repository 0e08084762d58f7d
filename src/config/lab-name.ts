/** Names that begin like this always mean a local lab. */
export const LAB = 'lab'

/** How commands name a lab: nothing for the default one. */
export const labFlagOf = (name: string): string => (name === 'default' ? '' : ` --target ${LAB}:${name}`)

/** `lab` -> `default`, `lab:NAME` -> `NAME`, anything else is no lab. */
export function labNameOf(targetText: string): string | undefined {
  if (targetText === LAB) return 'default'
  return targetText.startsWith(`${LAB}:`) ? targetText.slice(LAB.length + 1) : undefined
}
