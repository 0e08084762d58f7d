/** Regional custom domain names, and the base paths that lead from them to stages of APIs. */

import {createHash} from 'node:crypto'

import type * as Api from '@aws-sdk/client-api-gateway'

import {recordsOf} from '../../cloudformation/records.js'
import {tagList} from '../../cloudformation/tags.js'
import {DomainServer} from '../../data-plane/api-gateway/domain-server.js'
import {randomId} from '../../data-plane/http.js'
import type {Lab, Listener, Operation, TaggedResource} from '../../kernel.js'
import {badRequest, conflict, notFound, unsupported} from './faults.js'
import type {RestApiRecord} from './rest-api.js'

/** The base path of what no other one takes, as API Gateway writes it. */
const NONE = '(none)'

interface DomainRecord {
  region: string
  described: Api.DomainName
  /** By base path. */
  mappings: Map<string, Api.BasePathMapping>
  listener: Listener
  tags: Record<string, string>
}

export class DomainNames {
  readonly operations: Record<string, Operation>
  private readonly domains = new Map<string, DomainRecord>()

  constructor(
    private readonly lab: Lab,
    private readonly restApi: (id: string | undefined, region: string) => RestApiRecord,
  ) {
    this.operations = {
      CreateDomainName: (input: Api.CreateDomainNameRequest, {region}) => this.create(input, region),
      GetDomainName: ({domainName}: Api.GetDomainNameRequest, {region}) => shown(this.find(domainName, region)),
      GetDomainNames: (_: Api.GetDomainNamesRequest, {region}): Api.DomainNames => ({
        items: this.inRegion(region).map((domain) => shown(domain)),
      }),
      UpdateDomainName: (input: Api.UpdateDomainNameRequest, {region}) => this.update(input, region),
      DeleteDomainName: ({domainName}: Api.DeleteDomainNameRequest, {region}) =>
        this.delete(this.find(domainName, region)),
      CreateBasePathMapping: (input: Api.CreateBasePathMappingRequest, {region}) => this.map(input, region),
      GetBasePathMapping: ({domainName, basePath}: Api.GetBasePathMappingRequest, {region}) =>
        mappingOf(this.find(domainName, region), basePath),
      GetBasePathMappings: ({domainName}: Api.GetBasePathMappingsRequest, {region}): Api.BasePathMappings => ({
        items: [...this.find(domainName, region).mappings.values()],
      }),
      UpdateBasePathMapping: (input: Api.UpdateBasePathMappingRequest, {region}) => this.remap(input, region),
      DeleteBasePathMapping: ({domainName, basePath}: Api.DeleteBasePathMappingRequest, {region}) => {
        const domain = this.find(domainName, region)
        domain.mappings.delete(mappingOf(domain, basePath).basePath!)
        return {}
      },
    }
  }

  find(domainName: string | undefined, region: string): DomainRecord {
    const domain = this.domains.get(keyOf(region, domainName))
    if (!domain) throw notFound('domain name')
    return domain
  }

  leadTo({id, region}: RestApiRecord): boolean {
    return this.inRegion(region).some(({mappings}) => [...mappings.values()].some(({restApiId}) => restApiId === id))
  }

  tagged(region: string): TaggedResource[] {
    return this.inRegion(region).map(({described, tags}) => ({
      arn: described.domainNameArn!,
      tags: tagList(tags) ?? [],
    }))
  }

  private async create(input: Api.CreateDomainNameRequest, region: string): Promise<Api.DomainName> {
    const {domainName = '', endpointConfiguration, regionalCertificateArn, securityPolicy = 'TLS_1_2', tags} = input
    refuseUnsupported(input)
    if (!/^(?:\*\.)?(?:[a-z\d-]+\.)+[a-z\d-]+$/.test(domainName)) throw badRequest(`Invalid domain name: ${domainName}`)
    this.checkCertificate(domainName, regionalCertificateArn, region)
    if (this.domains.has(keyOf(region, domainName))) throw badRequest('The domain name you provided already exists.')
    const regionalDomainName = `d-${randomId(10)}.execute-api.${region}.amazonaws.com`
    const mappings = new Map<string, Api.BasePathMapping>()
    const server = new DomainServer(domainName, regionalDomainName, (basePath) => {
      const mapping = mappings.get(basePath || NONE)
      const api = mapping && this.restApi(mapping.restApiId, region)
      return api?.server && {server: api.server, stageName: mapping!.stage}
    })
    const listener = await this.lab.ports.http(
      region,
      domainName,
      (request, response) => server.handle(request, response),
      (hostname) => covers(domainName, hostname),
    )
    this.lab.hosts.register(regionalDomainName, region, listener.port)
    const domain: DomainRecord = {
      region,
      mappings,
      listener,
      tags: {...tags},
      described: {
        domainName,
        domainNameArn: `arn:aws:apigateway:${region}::/domainnames/${domainName}`,
        domainNameStatus: 'AVAILABLE',
        endpointConfiguration,
        regionalCertificateArn,
        regionalDomainName,
        regionalHostedZoneId: zoneIdOf(region),
        securityPolicy,
      },
    }
    this.domains.set(keyOf(region, domainName), domain)
    return shown(domain)
  }

  /** It must be of the same region, and of this name or of the wildcard above it. */
  private checkCertificate(domainName: string, arn: string | undefined, region: string): void {
    if (!arn) throw badRequest('A regional certificate is required for a domain name with a REGIONAL endpoint.')
    const certificate = recordsOf(this.lab).withId(region, arn)
    if (!certificate) throw badRequest(`The provided certificate does not exist: ${arn}`)
    const {DomainName, SubjectAlternativeNames = []} = certificate.properties
    if (![DomainName, ...SubjectAlternativeNames].some((name: string) => covers(name, domainName)))
      throw badRequest('The domain name to be created is not covered by the provided certificate.')
  }

  private update({domainName, patchOperations = []}: Api.UpdateDomainNameRequest, region: string): Api.DomainName {
    const domain = this.find(domainName, region)
    for (const {op, path, value = ''} of patchOperations) {
      if (op !== 'replace' || !['/regionalCertificateArn', '/securityPolicy'].includes(path ?? ''))
        throw unsupported(`${op} of ${path} of a custom domain name`)
      if (path === '/regionalCertificateArn') this.checkCertificate(domainName!, value, region)
      domain.described = {...domain.described, [path!.slice(1)]: value}
    }

    return shown(domain)
  }

  private async delete({described, listener, region}: DomainRecord): Promise<object> {
    this.domains.delete(keyOf(region, described.domainName))
    this.lab.hosts.unregister(described.regionalDomainName!)
    await listener.close()
    return {}
  }

  private map(input: Api.CreateBasePathMappingRequest, region: string): Api.BasePathMapping {
    const {domainName, restApiId, stage} = input
    const basePath = input.basePath || NONE
    const {mappings} = this.find(domainName, region)
    if (basePath.includes('/'))
      throw badRequest(
        "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.",
      )
    this.checkTarget(restApiId, stage, region)
    if (mappings.has(basePath)) throw conflict('Base path already exists for this domain name')
    const mapping = {basePath, restApiId, stage: stage || undefined}
    mappings.set(basePath, mapping)
    return mapping
  }

  private remap(input: Api.UpdateBasePathMappingRequest, region: string): Api.BasePathMapping {
    const {mappings} = this.find(input.domainName, region)
    const mapping = {...mappingOf(this.find(input.domainName, region), input.basePath)}
    for (const {op, path, value} of input.patchOperations ?? []) {
      if (op !== 'replace' || !['/restapiId', '/restApiId', '/stage'].includes(path ?? ''))
        throw badRequest(`Invalid patch path  '${path}' specified for op '${op}'.`)
      if (path === '/stage') mapping.stage = value || undefined
      else mapping.restApiId = value
    }

    this.checkTarget(mapping.restApiId, mapping.stage, region)
    mappings.set(mapping.basePath!, mapping)
    return mapping
  }

  private checkTarget(restApiId: string | undefined, stage: string | undefined, region: string): void {
    const api = this.restApi(restApiId, region)
    if (stage && !api.stages.has(stage)) throw badRequest('Invalid stage identifier specified')
  }

  private inRegion(region: string): DomainRecord[] {
    return [...this.domains.values()].filter((domain) => domain.region === region)
  }
}

const keyOf = (region: string, name: string | undefined): string => `${region} ${name}`

const shown = ({described, tags}: DomainRecord): Api.DomainName => ({...described, tags: {...tags}})

function mappingOf({mappings}: DomainRecord, basePath: string | undefined): Api.BasePathMapping {
  const mapping = mappings.get(basePath || NONE)
  if (!mapping) throw notFound('base path mapping')
  return mapping
}

/** A wildcard stands for one label. */
const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1))

/** AWS has a hosted zone of its own in each region for these names; its id here is made up. */
const zoneIdOf = (region: string): string =>
  `Z${createHash('sha256').update(region).digest('hex').toUpperCase().slice(0, 13)}`

/** What a domain name may have on AWS and not here. */
const REFUSED = ['mutualTlsAuthentication', 'ownershipVerificationCertificateArn', 'policy', 'certificateArn'] as const

function refuseUnsupported(input: Api.CreateDomainNameRequest): void {
  const types = input.endpointConfiguration?.types ?? ['EDGE']
  if (types.join(',') !== 'REGIONAL') throw unsupported(`custom domain names with a ${types.join(',')} endpoint`)
  const refused = REFUSED.find((name) => input[name] !== undefined)
  if (refused) throw unsupported(`${refused} of a custom domain name`)
  const {routingMode = 'BASE_PATH_MAPPING_ONLY'} = input
  if (routingMode !== 'BASE_PATH_MAPPING_ONLY') throw unsupported(`the routing mode ${routingMode}`)
}
