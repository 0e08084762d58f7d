import type {Region} from '../model/deployment.js'
import type {Gate} from '../model/gate.js'
import type {Observation, SecretState} from '../model/observation.js'

/**
 * Refuses a target whose proxy and functions would log in with another secret than those of the primary: after the promotion every
 * request would fail there, and nothing but a secret would be wrong. Values are compared by the ids of their versions and never
 * read. What was not asked, as in a region that is lost, refuses nothing.
 */
export const secrets: Gate = {
  id: 'secrets',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'secrets',
  check({from, to, observation}) {
    const wrong = [...refusedLogin(to, observation), ...(from === undefined ? [] : differences(from, to, observation))]
    if (wrong.length === 0) return
    return {
      reason: `a login would fail in ${to}: ${wrong.join('; ')}`,
      hint: `todo-dr drift --regions says which values differ; put them right, and wait until they are copied; to switch all the same: --waive secrets=REASON`,
    }
  },
}

const refusedLogin = (to: Region, {regions}: Observation): string[] => {
  const proxy = regions[to]?.proxy
  return proxy?.reachable && proxy.value.authFailed ? ['its database refuses the secrets of its proxy'] : []
}

function differences(from: Region, to: Region, {regions}: Observation): string[] {
  const [here, there] = [regions[from]?.secrets, regions[to]?.secrets]
  if (!here?.reachable || !there?.reachable) return []
  const differing = here.value.flatMap(({name, version}) => {
    const copy = there.value.find((one) => one.name === name)
    if (!copy) return [`it lacks ${name}`]
    return copy.version === version ? [] : [`${name} has another value than in ${from}`]
  })
  return [...differing, ...late(here.value, to), ...late(there.value, to)]
}

const late = (all: SecretState[], to: Region): string[] =>
  all.flatMap(({name, replicas}) =>
    replicas
      .filter(({region, status}) => region === to && status !== 'InSync')
      .map(({status, message}) => `the copy of ${name} is ${status}${message === undefined ? '' : ` (${message})`}`),
  )
