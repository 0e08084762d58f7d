/** Builds the lab's kernel and its control plane. What services stand in it is main.ts's business. */

import {randomUUID} from 'node:crypto'
import {createServer} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import {join} from 'node:path'

import {recordsOf} from './cloudformation/records.js'
import {LabFaults} from './faults.js'
import {Governance} from './govern/index.js'
import {guarded, type HttpHandler} from './guard.js'
import {LabHosts} from './hosts.js'
import {
  ACCOUNT,
  GLOBAL_CONTROL_REGION,
  type Hosts,
  type Lab,
  type Listener,
  type Offering,
  type Pki,
  type Profile,
  type Service,
  type SessionKeys,
  type TaggedResource,
} from './kernel.js'
import {own} from './own.js'
import {createPki} from './pki.js'
import {LabPorts} from './ports.js'
import {Credentials} from './wire/credentials.js'
import {Router} from './wire/router.js'

export interface LabOptions {
  name: string
  home: string
  away: string
  /** Exists, empty, 0700. */
  folder: string
  profile: Profile
  /** Of what is random in the profile; 1 where absent. */
  seed?: number
  /** Of the control plane; 0 takes a free one. Rejects with `PortTaken` where it cannot be had. */
  port: number
  log(part: string, text: string): void
  /** Made below the folder where it is absent, which takes half a second of a busy machine. */
  pki?: Pki
  /** Principals that are registered may do what their policies say. */
  enforceIam?: boolean
}

/** The control plane's port cannot be had. */
class PortTaken extends Error {
  readonly code = 'PortTaken'

  constructor(
    port: number,
    readonly why: string,
  ) {
    super(`the lab cannot use port ${port} of 127.0.0.1`)
  }
}

/** What is said of the two ways in which a port cannot be had. */
const PORT_REFUSED: Record<string, string> = {
  EADDRINUSE: 'another program or another lab uses it',
  EACCES: 'this user may not use ports below 1024',
}

export class LocalLab implements Lab {
  readonly services = new Map<string, Service>()
  readonly governance: Governance
  readonly credentials: Credentials
  private readonly paths: {prefix: string; handler: HttpHandler}[] = []
  private readonly closers: (() => Promise<void> | void)[] = []
  private stopping: Promise<void> | undefined
  /** May be replaced while the lab runs. */
  profile: Profile

  private constructor(
    private readonly options: LabOptions,
    readonly endpoint: string,
    readonly faults: LabFaults,
    readonly hosts: Hosts,
    readonly ports: LabPorts,
    readonly pki: Pki,
  ) {
    this.profile = options.profile
    this.governance = new Governance(
      this.services,
      options.enforceIam ?? false,
      [...new Set([options.home, options.away, GLOBAL_CONTROL_REGION])],
      (region) => this.tagged(region),
      options.profile,
      options.seed ?? 1,
    )
    this.credentials = new Credentials(() => this.governance.clock.now())
  }

  /** The control plane listens from here on. */
  static async start(options: LabOptions): Promise<LocalLab> {
    const faults = new LabFaults()
    const hosts = new LabHosts(options.profile.dnsMs)
    let handler: HttpHandler = (_, response) => response.writeHead(503).end()
    const guard = guarded({opensTo: 'programs'}, (request, response) => handler(request, response))
    const control = await listen(options.port, guard)
    try {
      const pki = options.pki ?? (await createPki(join(options.folder, 'pki')))
      const ports = new LabPorts(faults, hosts)
      const lab = new LocalLab(options, `http://127.0.0.1:${control.port}`, faults, hosts, ports, pki)
      await lab.credentials.save(lab.credentialsFile)
      const {services, credentials, governance} = lab
      const {home: defaultRegion, log} = options
      const router = new Router({services, credentials, governance, faults, defaultRegion, log})
      handler = (request, response) => {
        const own = lab.paths.find(({prefix}) => request.url?.startsWith(prefix))
        if (own) own.handler(request, response)
        else void router.handle(request, response)
      }

      lab.onStop(() => control.close())
      lab.onStop(() => lab.ports.closeAll())
      return lab
    } catch (error) {
      await control.close()
      throw error
    }
  }

  get name(): string {
    return this.options.name
  }

  get home(): string {
    return this.options.home
  }

  get away(): string {
    return this.options.away
  }

  now(): number {
    return this.governance.clock.now()
  }

  at(instant: number, act: () => void): () => void {
    return this.governance.clock.at(instant, act)
  }

  get folder(): string {
    return this.options.folder
  }

  get credentialsFile(): string {
    return join(this.folder, 'credentials')
  }

  sessionKeys(roleArn: string, sessionName: string): SessionKeys {
    const role = roleArn.split('/').at(-1)
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${sessionName}`
    return this.credentials.issue({arn, userId: `AROALABLABLABLABLABLA:${sessionName}`}, Infinity)
  }

  /** Serves what is no call of an AWS service on the control port. S3 has no bucket whose name begins with `_`. */
  serve(prefix: string, handler: HttpHandler): void {
    this.paths.push({prefix, handler})
  }

  register(service: Service): void {
    this.services.set(service.api.signingName, service)
  }

  service<Name extends string>(signingName: Name): Offering<Name> {
    const service = this.services.get(signingName)
    if (!service) throw new Error(`the lab does not have the service ${signingName}`)
    return service as Offering<Name>
  }

  tagged(region: string): TaggedResource[] {
    const made = [...this.services.values()].flatMap((service) => service.tagged?.(region) ?? [])
    return [...made, ...recordsOf(this).tagged(region)]
      .filter(({tags}) => tags.length > 0)
      .sort((left, right) => (left.arn < right.arn ? -1 : 1))
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async call(signingName: string, name: string, input: object, region: string): Promise<any> {
    const service = this.service(signingName)
    const operation = own(service.operations, name)
    if (!operation) throw new Error(`NotImplemented: ${signingName}.${name}`)
    return operation.call(service, input, {region, requestId: randomUUID()})
  }

  log(part: string, text: string): void {
    this.options.log(part, text)
  }

  onStop(close: () => Promise<void> | void): void {
    this.closers.push(close)
  }

  /** Runs every closer, last registered first, whatever another one throws. The same promise for every caller. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      for (const close of this.closers.reverse()) {
        try {
          await close()
        } catch (error) {
          this.log('lab', `stopping: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        }
      }
    })()
    return this.stopping
  }
}

async function listen(port: number, handler: HttpHandler): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer({keepAliveTimeout: 60_000}, handler)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = PORT_REFUSED[error.code ?? '']
      reject(why === undefined ? error : new PortTaken(port, why))
    })
    server.listen({host: '127.0.0.1', port}, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
