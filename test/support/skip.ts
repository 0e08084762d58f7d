/**
 * Skips a test, or from a `before` hook every test of its suite, for a reason that the end of the run tells. The reason
 * becomes a part of the title, since a parallel run hands on nothing else; a skip without one fails the run.
 */
export function skip(context: Mocha.Context, reason: string): never {
  const skipped = context.test!
  const give = (one: Mocha.Runnable): void => {
    one.title += ` (skipped: ${reason})`
  }

  if ('type' in skipped && skipped.type === 'hook') skipped.parent!.eachTest(give)
  else give(skipped)
  // eslint-disable-next-line mocha/no-skipped-tests -- the one place that skips
  return context.skip()
}
