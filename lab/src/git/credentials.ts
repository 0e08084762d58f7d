/** What git gives of its user: Basic, over HTTP. */

export interface GitCredentials {
  user: string
  password: string
}

/** Of the header Authorization; undefined where it has none. */
export function basicCredentials(header: string | undefined): GitCredentials | undefined {
  const [, encoded] = /^Basic ([\w+/=]+)$/.exec(header ?? '') ?? []
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString()
  const colon = text.lastIndexOf(':')
  return colon > 0 ? {user: text.slice(0, colon), password: text.slice(colon + 1)} : undefined
}
