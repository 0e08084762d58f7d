import type * as Api from '@aws-sdk/client-codepipeline'

/** The variables of an execution for which nobody gives values. */
export const defaultsOf = ({variables = []}: Api.PipelineDeclaration): Record<string, string> =>
  Object.fromEntries(
    variables.flatMap(({name = '', defaultValue}) => (defaultValue === undefined ? [] : [[name, defaultValue]])),
  )
