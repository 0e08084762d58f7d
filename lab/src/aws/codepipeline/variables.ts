/** Variables of a pipeline in the configuration of its actions: `#{namespace.name}`. Source: "Working with variables", CodePipeline user guide. */

import {ActionFailure} from './faults.js'

const REFERENCE = /#\{([^.}]+)\.([^}]+)\}/g

/** By namespace. */
export type Namespaces = ReadonlyMap<string, Readonly<Record<string, string>>>

/** The namespaces that a text refers to. */
export const referred = (text: string): {namespace: string; text: string}[] =>
  [...text.matchAll(REFERENCE)].map(([whole, namespace = '']) => ({namespace, text: whole}))

/** @throws ActionFailure where a variable is not set */
export function resolved(configuration: Readonly<Record<string, string>>, known: Namespaces): Record<string, string> {
  const replaced = (text: string): string =>
    text.replaceAll(REFERENCE, (whole, namespace: string, name: string) => {
      const value = known.get(namespace)?.[name]
      // The text is assumed.
      if (value === undefined) throw new ActionFailure('ConfigurationError', `The variable ${whole} is not set`)
      return value
    })
  return Object.fromEntries(Object.entries(configuration).map(([key, text]) => [key, replaced(text)]))
}
