/** What the crud commands share: one request through the edge, and a ToDo as lines. */

import type {ToDo} from '../actions/crud/result.js'
import type {ToDoRequest} from '../actions/crud/run.js'
import {REQUEST} from '../permissions/calls.js'
import {pairs} from '../report/columns.js'
import {DrCommand} from './dr-command.js'

export abstract class CrudCommand extends DrCommand {
  // Stated again: oclif's manifest overlooks what is inherited past a class that states nothing.
  static override exits = DrCommand.exits

  static override calls = REQUEST

  protected async call<T>(request: ToDoRequest): Promise<T> {
    const {emit, signal} = this
    const {callApi} = await import('../actions/crud/run.js')
    return callApi<T>({openWorld: () => this.session({lazy: true}).world(), request, emit, signal})
  }

  protected show({id, task, status, createdTime}: ToDo): void {
    const rows = [
      ['id', `${id}`],
      ['task', task],
      ['status', status],
      ['created', `${createdTime}`],
    ] as const
    this.log(pairs(rows, this.width).join('\n'))
  }
}
