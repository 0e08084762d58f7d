/** The home of a user who has none, in Debian's words (base-passwd): nothing is ever kept there. */
export const NO_HOME = '/nonexistent'
