/** POST: creates a ToDo, or updates the one whose id the body names. */

import {notFound, type Answer} from './shared/answer.js'
import {readyToWrite, write, type Session} from './shared/database.js'
import type {Deadline} from './shared/deadline.js'
import {environment} from './shared/environment.js'
import {serve} from './shared/serve.js'
import {COLUMNS, toToDo, type ToDoRow} from './shared/todo.js'
import {parseToDo, type ToDoInput} from './shared/validation.js'

const DUPLICATE_KEY = 1062

export const handler = serve((request, deadline) => {
  const todo = parseToDo(request.json())
  return todo.id === undefined ? create(todo, deadline) : update({...todo, id: todo.id}, deadline)
}, readyToWrite)

/**
 * One statement: the row is complete in the answer without reading it back, so that nothing after the insert can turn an
 * applied create into an error. With a request id the create may be repeated, here and by the client.
 */
function create(todo: ToDoInput, deadline: Deadline): Promise<Answer> {
  const {requestId} = todo
  const kind = requestId === undefined ? 'once' : 'repeatable'
  return write({deadline, login: environment.login, kind}, async (session, attempt) => {
    const created = Date.now()
    try {
      const {insertId} = await session.change(
        'INSERT INTO ToDos (CreatedTime, Task, Status, RequestId) VALUES (FROM_UNIXTIME(?), ?, ?, ?)',
        [created / 1000, todo.task, todo.status, requestId ?? null],
      )
      const row = {
        id: insertId,
        task: todo.task,
        status: todo.status,
        created: created / 1000,
        requestId: requestId ?? null,
      }
      return {statusCode: 201, response: toToDo(row)}
    } catch (error) {
      if (requestId === undefined || (error as {errno?: unknown}).errno !== DUPLICATE_KEY) throw error
      const stored = await byRequestId(session, requestId)
      if (!stored) throw error
      // Where an earlier attempt of this very call was lost on the way, the row is most likely our own.
      return {statusCode: attempt.unsure ? 201 : 200, response: toToDo(stored)}
    }
  })
}

async function byRequestId(session: Session, requestId: string): Promise<ToDoRow | undefined> {
  const [row] = await session.rows<ToDoRow>(`SELECT ${COLUMNS} FROM ToDos WHERE RequestId = ?`, [requestId])
  return row
}

/** Reads first, so that the change is the last statement. The driver counts rows found, not rows that differ. */
function update(todo: ToDoInput & {id: string}, deadline: Deadline): Promise<Answer> {
  return write({deadline, login: environment.login, kind: 'once'}, async (session) => {
    const [row] = await session.rows<ToDoRow>(`SELECT ${COLUMNS} FROM ToDos WHERE id = ?`, [todo.id])
    if (!row) throw notFound(todo.id)
    const {affectedRows} = await session.change('UPDATE ToDos SET Task = ?, Status = ? WHERE id = ?', [
      todo.task,
      todo.status,
      todo.id,
    ])
    if (affectedRows === 0) throw notFound(todo.id)
    return {statusCode: 200, response: toToDo({...row, task: todo.task, status: todo.status})}
  })
}
