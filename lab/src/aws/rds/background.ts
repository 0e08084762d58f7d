import type {Lab} from '../../kernel.js'

/** Work that an RDS call has only begun. Its failure is the resource's state, and a line in the lab's log. */
export function inBackground(lab: Lab, what: string, work: () => Promise<void>): void {
  // Not before the call has answered: RDS answers `creating`, and is done later.
  setImmediate(() => {
    work().catch((error: unknown) =>
      lab.log('rds', `${what}: ${error instanceof Error ? error.message : String(error)}`),
    )
  })
}
