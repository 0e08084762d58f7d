/** Text of others (data, AWS's words) as a terminal may show it: nothing in it moves the cursor, changes colours or makes up a line. */

/** C0 and C1 controls, and what turns the direction of writing. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g

/** One line: every unseen character as `\u001b`, a line break too. */
export const visible = (text: string): string =>
  text.replaceAll(UNSEEN, (found) => String.raw`\u${found.codePointAt(0)!.toString(16).padStart(4, '0')}`)

/** Several lines: their breaks stay. */
export const visibleLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => visible(line))
    .join('\n')
