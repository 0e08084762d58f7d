import type {Hosts} from './kernel.js'

interface Host {
  region: string | undefined
  port: number
}

/** APIs, the keys of user pools, token endpoints and edges; what stands in a network, such as a database proxy, is for those inside. */
const ON_INTERNET =
  /^cognito-idp\.[\w-]+\.amazonaws\.com$|\.(?:execute-api\.[\w-]+\.amazonaws\.com|amazoncognito\.com|cloudfront\.net)$/

/** The lab's DNS: AWS-shaped names, compared without regard to case, to ports on loopback. */
export class LabHosts implements Hosts {
  private readonly names = new Map<string, Host>()
  /** What resolvers have kept of names that were changed or taken away. */
  private readonly kept = new Map<string, Host & {until: number}>()

  /** `dnsMs`: how long resolvers keep an answer. Every name counts as one that they have asked for. A name that is new is seen at once. */
  constructor(
    private readonly dnsMs = 0,
    private readonly now: () => number = () => performance.now(),
  ) {}

  register(hostname: string, region: string | undefined, port: number): void {
    const name = hostname.toLowerCase()
    this.keep(name)
    this.names.set(name, {region, port})
  }

  unregister(hostname: string): void {
    const name = hostname.toLowerCase()
    this.keep(name)
    this.names.delete(name)
  }

  resolve(hostname: string): {port: number; region: string | undefined} | undefined {
    const found = this.seen().get(hostname.toLowerCase())
    return found && {region: found.region, port: found.port}
  }

  ofRegion(region: string): Record<string, number> {
    return this.ports((host) => host.region === region)
  }

  onInternet(): Record<string, number> {
    return this.ports(({hostname}) => ON_INTERNET.test(hostname))
  }

  private ports(isMeant: (host: {hostname: string; region: string | undefined}) => boolean): Record<string, number> {
    const meant = this.all().filter((host) => isMeant(host))
    return Object.fromEntries(meant.map(({hostname, port}) => [hostname, port]))
  }

  all(): {hostname: string; region: string | undefined; port: number}[] {
    return [...this.seen()].map(([hostname, {region, port}]) => ({hostname, region, port}))
  }

  /** As those see it who resolve it. */
  private seen(): Map<string, Host> {
    if (this.kept.size === 0) return this.names
    for (const [name, {until}] of this.kept) if (until <= this.now()) this.kept.delete(name)
    return new Map([...this.names, ...this.kept])
  }

  private keep(name: string): void {
    const found = this.seen().get(name)
    if (this.dnsMs > 0 && found && !this.kept.has(name)) this.kept.set(name, {...found, until: this.now() + this.dnsMs})
  }
}
