import {DrError} from '../errors.js'
import type {Consent} from '../ports/consent.js'

export interface ConsentOptions {
  /** What is to be typed: the application's name. */
  app: string
  /** The value of --confirm. */
  confirm: string | undefined
  /** What a person is asked, such as `Type ToDoMgmt to accept the loss:`. */
  question: string
  /** What nobody shall do by mistake, such as `fails over the wrong application`. */
  danger: string
  /** The command that gives the consent. */
  next: string
}

/** What a person typed; undefined where nobody can be asked. */
export type Ask = ((question: string) => Promise<string>) | undefined

/** The one typed consent: by --confirm, or at the terminal. */
export function typedConsent({app, confirm, question, danger, next}: ConsentOptions, ask: Ask): Consent {
  return {
    given() {
      if (confirm === undefined || confirm === app) return confirm === app
      throw new DrError({
        code: 'ConfirmMismatch',
        exit: 'refused',
        what: `the application name is ${app}, not ${confirm}`,
        why: `the name must match, so that nobody ${danger}`,
        next,
      })
    },

    async ask(atRisk) {
      if (!ask) return false
      atRisk?.()
      const typed = await ask(question)
      if (typed.trim() === app) return true
      throw new DrError({
        code: 'Declined',
        exit: 'interrupted',
        what: 'the typed name does not match; nothing was changed',
      })
    },
  }
}

/** A yes or no; undefined where nobody can be asked. */
export type AskYes = ((question: string) => Promise<boolean>) | undefined

export interface GoAheadOptions {
  /** The value of --yes. */
  yes: boolean
  /** What a person is asked. */
  question: string
  /** The command that needs no answer. */
  next: string
}

/**
 * The consent to what can be taken back, but is felt: clients cannot write for a while. Throws `ConsentNeeded` (exit refused) where nobody can be
 * asked, and `Declined` (exit interrupted).
 */
export async function goAhead({yes, question, next}: GoAheadOptions, ask: AskYes): Promise<void> {
  if (yes) return
  if (!ask)
    throw new DrError({
      code: 'ConsentNeeded',
      exit: 'refused',
      what: 'this stops writes for a while and must be confirmed; nothing was changed',
      why: 'there is no terminal to ask at',
      next,
    })
  if (!(await ask(question))) throw new DrError({code: 'Declined', exit: 'interrupted', what: 'nothing was changed'})
}
