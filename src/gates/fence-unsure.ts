import type {Refusal, Waiver} from '../model/gate.js'
import type {Intent} from '../model/plan.js'
import type {Region} from '../model/deployment.js'

/** Either consent: to an unproven fence alone, or to the loss that may come of it. */
const LIFTED_BY = new Set<string>(['unsure-fence', 'allow-data-loss'])

/**
 * Stands after a fence that could not be carried out or proven: the old primary may still say yes to clients while the
 * new one does, and what it says is lost. Consent to data loss covers it in a failover; a planned switch never goes on.
 */
export function fenceUnsure({intent, from, waivers}: {intent: Intent; from: Region; waivers: Waiver[]}): {
  refusal: Refusal
  waivedBy?: Waiver
} {
  const reason = `it is not proven that ${from} has stopped acknowledging writes`
  if (intent !== 'failover') {
    const hint = `a planned switch needs both regions; if ${from} is lost: todo-dr failover`
    return {refusal: {gate: 'fence-unsure', reason, hint}}
  }

  const refusal: Refusal = {
    gate: 'fence-unsure',
    reason,
    hint: `what ${from} acknowledges from now on is lost: accept it with --allow-data-loss`,
    waiver: 'allow-data-loss',
  }
  const waivedBy = waivers.find((waiver) => LIFTED_BY.has(waiver.name))
  return waivedBy ? {refusal, waivedBy} : {refusal}
}
