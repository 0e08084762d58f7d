import type {IncomingMessage} from 'node:http'
import type {Socket} from 'node:net'

import {GLOBAL_CONTROL_REGION, type Faults} from '../kernel.js'
import type {ServiceApi} from '../service.js'

/** The region whose loss takes a call along; undefined for what survives every loss. */
export function dependsOn(placement: ServiceApi['placement'], region: string): string | undefined {
  if (placement === 'everywhere') return undefined
  return placement === 'global' ? GLOBAL_CONTROL_REGION : region
}

/**
 * Makes the one control port fail a region at a time: calls to a lost region are reset, or never answered, and so are
 * those that were in flight when it was lost.
 */
export class RegionGate {
  private readonly inFlight = new Map<Socket, string>()
  private readonly hanging = new Map<Socket, string>()

  constructor(private readonly faults: Faults) {
    faults.onStart((fault) => {
      if (fault.kind !== 'region-loss') return
      for (const [socket, region] of this.inFlight) if (region === fault.region) this.fail(socket, region)
    })
    faults.onLift((fault) => {
      if (fault.kind !== 'region-loss') return
      for (const [socket, region] of this.hanging) if (region === fault.region) socket.destroy()
    })
  }

  /** False where the region is lost: the request has been dealt with and must not be carried out. */
  enter(request: IncomingMessage, region: string | undefined): boolean {
    if (region === undefined) return true
    if (this.faults.lost(region)) {
      this.fail(request.socket, region)
      return false
    }

    this.inFlight.set(request.socket, region)
    return true
  }

  /** False where the region was lost while the call was in flight: it must not be answered. */
  leave(request: IncomingMessage): boolean {
    const {socket} = request
    this.inFlight.delete(socket)
    return !this.hanging.has(socket) && !socket.destroyed
  }

  private fail(socket: Socket, region: string): void {
    const mode = this.faults.active().find((fault) => fault.kind === 'region-loss' && fault.region === region)?.mode
    if (mode !== 'hang') {
      socket.resetAndDestroy()
      return
    }

    this.hanging.set(socket, region)
    socket.once('close', () => this.hanging.delete(socket))
  }
}
