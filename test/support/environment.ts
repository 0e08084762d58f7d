/** Takes the environment as it is now; what is returned puts it back. An object in its place would not reach what Node asks of the system. */
export function keepEnvironment(): () => void {
  const before = {...process.env}
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
