import {Args} from '@oclif/core'
import type {ToDo} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'

export default class CrudGet extends CrudCommand {
  static override answersOnly = true
  static override summary = 'Get a ToDo through the edge'
  static override description = 'Exits 1 if the id does not exist.'
  static override examples = ['<%= config.bin %> crud get 1']
  static override args = {id: Args.string({description: 'Id of the ToDo', required: true})}

  async run(): Promise<ToDo> {
    const {args} = await this.parse(CrudGet)
    const todo = await this.call<ToDo>({method: 'GET', query: {id: args.id}})
    this.show(todo)
    return todo
  }
}
