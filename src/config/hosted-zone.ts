/** A hosted zone is named by its id, or by its name. */

/** Source: the pattern of ResourceId, Route 53 API reference; every id begins with a Z. */
export const isZoneId = (text: string): boolean => /^Z[A-Z0-9]{1,31}$/.test(text)
