/**
 * Whether `work` is over. A test that shows that something waits for nobody begins what it must not wait for first, and sees it still under way
 * afterwards: of two waits on the same busy machine, both late, and no clock has a say.
 */
export function watch(work: Promise<unknown>): {readonly over: boolean} {
  const watched = {over: false}
  const end = (): void => void (watched.over = true)
  work.then(end, end)
  return watched
}
