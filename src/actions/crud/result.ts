/** What the crud commands print under --json: the schemas, and the types that are inferred from them. */

import {z} from 'zod'
import {instant} from '../shapes.js'

const todo = z.object({
  id: z.string(),
  task: z.string(),
  status: z.string(),
  createdTime: instant,
  requestId: z.string().nullable().meta({description: 'The idempotency key that it was created with'}),
})

const page = z.object({
  items: z.array(todo),
  next: z.string().nullable().meta({description: 'Where the next page begins; null after the last'}),
})

const deleted = z.object({id: z.string()})

export type ToDo = z.infer<typeof todo>
export type ToDoPage = z.infer<typeof page>
export type DeletedToDo = z.infer<typeof deleted>

/** By the name of the schema's file. */
export const SCHEMAS = {
  todo: todo.meta({title: 'crud create, get, update --json'}),
  'todo-page': page.meta({title: 'crud list --json'}),
  'todo-deleted': deleted.meta({title: 'crud delete --json'}),
}
