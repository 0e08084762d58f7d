/** Names and texts as SQL writes them, for statements that are printed. Pure. */

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

export const textOf = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
