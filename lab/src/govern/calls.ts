/** The recorder: every call on the wire, by whom and with which permission, until it is told to forget. */

export interface RecordedCall {
  at: string
  /** Undefined for what AWS leaves unsigned. */
  accessKeyId: string | undefined
  /** A user, or a role's session. */
  caller: string | undefined
  service: string
  operation: string
  /** What IAM wants allowed for it: none for sts:GetCallerIdentity and unsigned calls. */
  needs: {action: string; resources: string[]}[]
  region: string
  /** `OK`, or the code of the error. */
  code: string
  /** An answer that was lost or refused by the weather and not by the service. */
  injected?: true
}

/** More than a soak of an hour makes; older ones are dropped. */
const KEPT = 50_000

export class Calls {
  private calls: RecordedCall[] = []
  private dropped = 0

  add(call: RecordedCall): void {
    this.calls.push(call)
    if (this.calls.length <= KEPT) return
    this.calls.shift()
    this.dropped++
  }

  clear(): void {
    this.calls = []
    this.dropped = 0
  }

  /** Oldest first. */
  all(): {calls: RecordedCall[]; dropped: number} {
    return {calls: [...this.calls], dropped: this.dropped}
  }
}
