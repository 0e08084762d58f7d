import {hostname, userInfo} from 'node:os'

/** Who holds the lease, for whoever is refused by it; the same for a command that goes on after a kill. */
export function operator(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    return hostname() // A container's user may have no name.
  }
}
