import {shortSeconds} from '../model/duration.js'
import {lagOf} from '../model/topology.js'
import type {Gate, GateInput} from '../model/gate.js'

/** Refuses every failover until a person has consented to lose writes: a failover does not wait for replication. */
export const dataLossConsent: Gate = {
  id: 'data-loss-consent',
  intents: ['failover'],
  waiver: 'allow-data-loss',
  check: (input) => ({reason: atRisk(input), hint: consentHint(input)}),
}

/** What would be lost, as far as it can be known before the failover. */
function atRisk({from, to, observation, diagnosis}: GateInput): string {
  const known = lagOf(observation, to)
  const writes = `writes that ${from ?? 'the old primary'} acknowledged and ${to} has not received are lost permanently`
  const amount =
    known === undefined
      ? `how many cannot be estimated: the lag of ${to} is unknown`
      : `${to} was ${shortSeconds(known)} behind when it was last measured: about the last ${shortSeconds(known)} of writes are at risk`
  const healthy =
    diagnosis.situation === 'Healthy' ? '; everything is healthy, and a switchover would lose nothing' : ''
  return `${writes}; ${amount}${healthy}`
}

function consentHint({observation: {app}, diagnosis}: GateInput): string {
  const consent = `to accept the loss: --allow-data-loss --confirm ${app}`
  return diagnosis.situation === 'Healthy' ? `todo-dr switchover loses nothing; ${consent}` : consent
}
