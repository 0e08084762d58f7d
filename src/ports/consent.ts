/** A person's yes to what cannot be taken back: the name of the application, typed out. */

export interface Consent {
  /** Whether --confirm names the application. Throws `ConfirmMismatch` (exit refused) where it names another one. */
  given(): boolean
  /**
   * Asks a person to type the name; `atRisk` tells it, and is called only where somebody can be asked. False
   * where nobody can be. Throws `Declined` (exit interrupted) where something else was typed.
   */
  ask(atRisk?: () => void): Promise<boolean>
}
