import type {Gate, UnsureInput} from '../model/gate.js'
import {INTENTS} from '../model/plan.js'

const id = 'fence-unsure'
const reasonOf = ({from}: UnsureInput): string => `there is no proof that ${from} has stopped acknowledging writes`

/**
 * Stands after a fence that could not be carried out or proven: the old primary may still say yes to clients while the
 * new one does, and what it says is lost. Consent to data loss covers it in a failover; a planned switch never goes on.
 */
export const fenceUnsure: readonly Gate<UnsureInput>[] = [
  {
    id,
    intents: ['failover'],
    waiver: 'allow-data-loss',
    check: (input) => ({
      reason: reasonOf(input),
      hint: `what ${input.from} acknowledges from now on is lost: accept it with --allow-data-loss`,
    }),
  },
  {
    id,
    intents: INTENTS.filter((intent) => intent !== 'failover'),
    check: (input) => ({
      reason: reasonOf(input),
      hint: `a planned switch needs both regions; if ${input.from} is lost: todo-dr failover`,
    }),
  },
]
