/** Records whose names come from outside: in them `__proto__`, `constructor` and `toString` are names like any other. */

/** What the record itself holds under a name, and nothing that every object has. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined

/** An empty record to be filled: it has no prototype that a name could reach. */
export const blank = <T>(): Record<string, T> => Object.create(null) as Record<string, T>
