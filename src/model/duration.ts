/** Seconds as a person reads them: at most two decimals, and never `0 s` for something that is there. */
export const shortSeconds = (seconds: number): string =>
  seconds > 0 && seconds < 0.01 ? 'less than 0.01 s' : `${Math.round(seconds * 100) / 100} s`
