/** Resolves a host as this machine does, and keeps the addresses for a time of its own. */

import {lookup} from 'node:dns'
import type {LookupAddress, LookupOptions} from 'node:dns'
import type {LookupFunction} from 'node:net'

type Asking = (
  hostname: string,
  options: LookupOptions & {all: true},
  told: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** `seconds`: whatever the time to live of the answer, which this machine's resolver does not tell. What fails is not kept. */
export function keptLookup(seconds: number, ask: Asking = lookup, now = () => performance.now()): LookupFunction {
  const kept = new Map<string, {addresses: LookupAddress[]; until: number}>()
  return (hostname, options, callback) => {
    const tell = (addresses: LookupAddress[]): void => {
      const [first] = addresses
      if (options.all) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family)
    }

    const found = kept.get(hostname)
    if (found && found.until > now()) return tell(found.addresses)
    ask(hostname, {...options, all: true}, (error, addresses) => {
      if (error) return callback(error, '')
      kept.set(hostname, {addresses, until: now() + seconds * 1000})
      tell(addresses)
    })
  }
}
