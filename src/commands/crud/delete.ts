import {Args} from '@oclif/core'
import type {DeletedToDo} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'

export default class CrudDelete extends CrudCommand {
  static override summary = 'Delete a ToDo through the edge'
  static override description = 'Exits 1 if the id does not exist.'
  static override examples = ['<%= config.bin %> crud delete 2']
  static override args = {id: Args.string({description: 'Id of the ToDo', required: true})}

  async run(): Promise<DeletedToDo> {
    const {args} = await this.parse(CrudDelete)
    await this.call({method: 'DELETE', body: {id: args.id}})
    this.emit({code: 'done', text: `ToDo ${args.id} is deleted`, next: 'todo-dr crud list'})
    return {id: args.id}
  }
}
