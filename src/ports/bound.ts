/** Methods of an object as functions that stay with it: for a port that is another with one method changed. */
export function bound<T extends object, K extends keyof T>(port: T, ...names: K[]): Pick<T, K> {
  const methods = names.map((name) => [name, (port[name] as (...args: unknown[]) => unknown).bind(port)])
  return Object.fromEntries(methods) as Pick<T, K>
}
