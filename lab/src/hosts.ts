import type {Hosts} from './kernel.js'

/** The lab's DNS: AWS-shaped names, compared without regard to case, to ports on loopback. */
export class LabHosts implements Hosts {
  private readonly names = new Map<string, {region: string | undefined; port: number}>()

  register(hostname: string, region: string | undefined, port: number): void {
    this.names.set(hostname.toLowerCase(), {region, port})
  }

  unregister(hostname: string): void {
    this.names.delete(hostname.toLowerCase())
  }

  resolve(hostname: string): {port: number; region: string | undefined} | undefined {
    const found = this.names.get(hostname.toLowerCase())
    return found && {...found}
  }

  ofRegion(region: string): Record<string, number> {
    return Object.fromEntries(
      this.all()
        .filter((host) => host.region === region)
        .map(({hostname, port}) => [hostname, port]),
    )
  }

  all(): {hostname: string; region: string | undefined; port: number}[] {
    return [...this.names].map(([hostname, {region, port}]) => ({hostname, region, port}))
  }
}
