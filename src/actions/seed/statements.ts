/**
 * The statements of a migration. This is no parser of SQL: a statement ends at a line that ends in `;`, and nowhere else. Where
 * that rule could cut a statement so that a part of it is a statement of its own, the file is refused. A `;` at the end of a
 * line within quotes or within a block comment leaves them open, and the server refuses what is open as a syntax error: nothing is
 * carried out then, and nothing behind it is sent.
 */

/** Of one file. */
const MOST_STATEMENTS = 500

/** A line that is nothing but a comment never ends a statement. */
const COMMENT_LINE = /^\s*(--(\s|$)|#)/
/** After it a `;` may be a part of a comment. In MySQL `--` begins one only before a blank. */
const PERHAPS_COMMENT = /--\s|#/

/** Each statement commits by itself, and `--retry` begins in a session of its own: what reaches from one to the next would be lost. */
const LASTING = new Set([
  'BEGIN',
  'COMMIT',
  'LOCK',
  'RELEASE',
  'ROLLBACK',
  'SAVEPOINT',
  'SET',
  'START',
  'UNLOCK',
  'USE',
  'XA',
])

export interface Split {
  statements: string[]
  /** What a person has to change, each with its line. */
  problems: string[]
}

/** `text` has LF line ends. */
export function splitStatements(text: string): Split {
  const statements: string[] = []
  const problems: string[] = []
  let lines: string[] = []
  let begunAt = 0
  const take = (): void => {
    const statement = lines.join('\n').trim()
    lines = []
    if (isBlank(statement)) return
    const objection = objectionTo(statement)
    if (objection) problems.push(`line ${begunAt}: ${objection}`)
    statements.push(statement)
  }

  for (const [index, line] of text.split('\n').entries()) {
    const at = index + 1
    if (/^\s*delimiter\b/i.test(line))
      problems.push(
        `line ${at}: DELIMITER belongs to the mysql client; a body of several statements cannot be migrated so`,
      )
    if (isBlank(lines.join('\n'))) begunAt = at
    const ends = /;\s*$/.test(line) && !COMMENT_LINE.test(line)
    if (ends && PERHAPS_COMMENT.test(line))
      problems.push(`line ${at}: a line with \`--\` or \`#\` may not end in \`;\`: give the \`;\` a line of its own`)
    lines.push(ends ? line.replace(/;\s*$/, '') : line)
    if (ends) take()
  }

  const rest = lines.join('\n').trim()
  if (!isBlank(rest)) problems.push(`line ${begunAt}: the last statement does not end in \`;\``)
  if (statements.length === 0 && problems.length === 0) problems.push('it has no statement')
  if (statements.length > MOST_STATEMENTS)
    problems.push(`it has ${statements.length} statements; the limit is ${MOST_STATEMENTS}`)
  return {statements, problems}
}

const isBlank = (text: string): boolean =>
  text.split('\n').every((line) => line.trim() === '' || COMMENT_LINE.test(line))

function objectionTo(statement: string): string | undefined {
  const line = statement
    .split('\n')
    .find((one) => !isBlank(one))!
    .trim()
  if (line.startsWith('/*!'))
    return 'a comment `/*! ... */` of a dump depends on the version; write the statement itself'
  const [word = ''] = /^\w+/.exec(line) ?? []
  if (!LASTING.has(word.toUpperCase())) return undefined
  return `${word.toUpperCase()} reaches beyond its statement; each statement commits by itself, in the session that it finds`
}
