import {shortSeconds} from '../model/duration.js'
import {saferThanFailover} from '../model/diagnosis.js'
import {isStale, lagAgeMs, lagOf} from '../model/topology.js'
import type {Gate, GateInput} from '../model/gate.js'

/** Refuses every failover until a person has consented to lose writes: a failover does not wait for replication. */
export const dataLossConsent: Gate = {
  id: 'data-loss-consent',
  intents: ['failover'],
  waiver: 'allow-data-loss',
  check: (input) => ({reason: atRisk(input), hint: consentHint(input)}),
}

/** What would be lost, as far as it can be known before the failover: a lag is of its own time, and not of what came after. */
function atRisk({from, to, observation, diagnosis}: GateInput): string {
  const known = lagOf(observation, to)
  const lag = observation.regions[to]?.lag
  const ageMs = lagAgeMs(lag, observation.at)
  const age = ageMs === undefined ? '' : `, ${Math.round(ageMs / 1000)} s ago`
  const writes = `writes that ${from ?? 'the old primary'} acknowledged and ${to} has not received are lost permanently`
  const amount =
    known === undefined
      ? `how many cannot be estimated: the lag of ${to} is unknown`
      : isStale(lag, observation.at)
        ? `how many cannot be estimated: ${to} was ${shortSeconds(known)} behind when it was last measured${age}, and the outage may have begun since`
        : `${to} was ${shortSeconds(known)} behind when it was last measured${age}: about the last ${shortSeconds(known)} of writes are at risk`
  const safer = saferThanFailover(diagnosis, to)
  return `${writes}; ${amount}${safer ? `; ${safer.why}, and a switchover would lose nothing` : ''}`
}

function consentHint({observation: {app}, diagnosis, to}: GateInput): string {
  const consent = `to accept the loss: --allow-data-loss --confirm ${app}`
  const safer = saferThanFailover(diagnosis, to)
  return safer ? `${safer.hint}; ${consent}` : consent
}
