import type {DefaultAuthScheme, UserAuthConfig} from '@aws-sdk/client-rds'

import type {ProxyFront} from '../../database/proxy-front.js'
import {fault} from '../../kernel.js'
import {Shelf, type ClusterRecord} from './store.js'

/** Seconds; the default of RDS Proxy's ConnectionBorrowTimeout (RDS API). */
export const DEFAULT_BORROW_TIMEOUT = 120

export type TargetRole = 'READ_WRITE' | 'READ_ONLY'

export interface EndpointRecord {
  region: string
  name: string
  arn: string
  host: string
  role: TargetRole
  status: string
  subnets: string[]
  securityGroups: string[]
  createdAt: Date
  front: ProxyFront
}

export interface ProxyRecord {
  region: string
  name: string
  arn: string
  targetGroupArn: string
  status: string
  auth: UserAuthConfig[]
  /** Of users who have no secret in `auth`. */
  defaultAuthScheme: DefaultAuthScheme
  roleArn: string
  requireTls: boolean
  idleClientTimeout: number
  debugLogging: boolean
  subnets: string[]
  securityGroups: string[]
  createdAt: Date
  updatedAt: Date
  pool: {
    maxConnectionsPercent: number
    maxIdlePercent: number
    borrowTimeoutSeconds: number
    initQuery?: string
    pinningFilters: string[]
  }
  /** The registered cluster. */
  cluster?: ClusterRecord
  endpoint: EndpointRecord
  /** Besides the default one. */
  endpoints: EndpointRecord[]
}

export type Proxies = Shelf<ProxyRecord>

export const newProxyShelf = (): Proxies =>
  new Shelf<ProxyRecord>((name) => fault('DBProxyNotFoundFault', `DB proxy ${name} not found.`, 404))
