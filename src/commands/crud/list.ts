import {Flags} from '@oclif/core'
import type {ToDoPage} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'
import {columns} from '../../report/columns.js'

export default class CrudList extends CrudCommand {
  static override answersOnly = true
  static override summary = 'List ToDos through the edge, one page at a time'
  static override description = 'If there are more ToDos, the output ends with the command for the next page.'
  static override examples = ['<%= config.bin %> crud list --limit 5']
  static override flags = {
    limit: Flags.integer({description: 'ToDos per page', default: 20, min: 1}),
    next: Flags.string({description: 'Start of the page: the `next` value of the previous page', helpValue: 'CURSOR'}),
  }

  async run(): Promise<ToDoPage> {
    const {flags} = await this.parse(CrudList)
    const {limit, next} = flags
    const page = await this.call<ToDoPage>({method: 'GET', query: {limit: String(limit), ...(next && {next})}})
    const rows = page.items.map(({id, status, createdTime, task}) => [id, status, createdTime, task])
    this.log(columns([['ID', 'STATUS', 'CREATED', 'TASK'], ...rows], this.width).join('\n'))
    this.emit({
      code: 'done',
      text: `${page.items.length} ToDos`,
      next: page.next === null ? undefined : `todo-dr crud list --limit ${limit} --next ${page.next}`,
    })
    return page
  }
}
