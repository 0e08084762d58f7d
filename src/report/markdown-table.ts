/** Tables of Markdown, whose cells cannot be broken out of. */

/** A cell must not end its row, nor start markup of its own. */
export const cell = (text: string): string => text.replaceAll(/[\\`*_[\]<>|]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ')

/** The first row is the head. */
export const table = (rows: string[][]): string[] => {
  const [head, ...body] = rows.map((row) => `| ${row.map((text) => cell(text)).join(' | ')} |`)
  return [head!, `|${rows[0]!.map(() => ' --- |').join('')}`, ...body]
}
