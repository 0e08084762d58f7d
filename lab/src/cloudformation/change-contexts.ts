/** A resource before and after a change, as the JSON texts of a change set; secret parameters stay hidden in them. */

import {own} from '../own.js'
import type {Evaluation} from './evaluation.js'
import type {StackParameters} from './parameters.js'
import type {StackResource} from './stack.js'

export const beforeContext = ({properties, deletionPolicy, updateReplacePolicy}: StackResource): string =>
  JSON.stringify({Properties: properties, DeletionPolicy: deletionPolicy, UpdateReplacePolicy: updateReplacePolicy})

export const afterContext = (evaluation: Evaluation, logicalId: string, properties: Record<string, unknown>): string =>
  JSON.stringify({
    Properties: properties,
    Metadata: own(evaluation.resources, logicalId)?.Metadata,
    DeletionPolicy: evaluation.policy(logicalId, 'DeletionPolicy'),
    UpdateReplacePolicy: evaluation.policy(logicalId, 'UpdateReplacePolicy'),
  })

/** The values of NoEcho parameters, which no answer shows. */
export const secretsOf = (...all: StackParameters[]): string[] =>
  all.flatMap((parameters) =>
    Object.values(parameters).flatMap(({noEcho, value}) => (noEcho ? [value].flat().filter(Boolean) : [])),
  )

export const hidden = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '****'), text)
