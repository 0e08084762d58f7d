/** EventBridge's default bus, as the lab's services write to it and its rules and pipelines read from it. */

import {randomUUID} from 'node:crypto'

import {ACCOUNT, type Lab} from './kernel.js'

export interface LabEvent {
  source: string
  'detail-type': string
  resources: readonly string[]
  detail: Readonly<Record<string, unknown>>
}

/** As EventBridge hands it on (EventBridge user guide, "AWS service event metadata"). */
export interface DeliveredEvent extends LabEvent {
  version: '0'
  id: string
  account: string
  time: string
  region: string
}

class EventBus {
  private readonly readers = new Set<(event: DeliveredEvent) => void>()

  constructor(private readonly lab: Lab) {}

  /** Nothing is delivered in a region that is lost. */
  put(region: string, event: LabEvent): void {
    if (this.lab.faults.lost(region)) return
    const time = `${new Date(this.lab.now()).toISOString().slice(0, 19)}Z`
    const delivered: DeliveredEvent = {version: '0', id: randomUUID(), account: ACCOUNT, time, region, ...event}
    for (const read of this.readers) read(delivered)
  }

  /** @returns what ends it */
  on(read: (event: DeliveredEvent) => void): () => void {
    this.readers.add(read)
    return () => this.readers.delete(read)
  }
}

const byLab = new WeakMap<Lab, EventBus>()

/** One a lab, made when first asked for. */
export function busOf(lab: Lab): EventBus {
  const bus = byLab.get(lab) ?? new EventBus(lab)
  byLab.set(lab, bus)
  return bus
}
