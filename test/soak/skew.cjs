/** Loaded before the program: its wall clock is SOAK_SKEW_MS milliseconds ahead of the machine's. */

const Real = Date
const now = () => Real.now() + Number(process.env.SOAK_SKEW_MS)

globalThis.Date = new Proxy(Real, {
  construct: (target, args, self) => Reflect.construct(target, args.length > 0 ? args : [now()], self),
  get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
})
