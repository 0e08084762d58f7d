/** GET: one ToDo by `?id=`, or a page of them by `?limit=&next=`. */

import {notFound, type Answer} from './shared/answer.js'
import {read, readyToRead} from './shared/database.js'
import type {Deadline} from './shared/deadline.js'
import {serve} from './shared/serve.js'
import {COLUMNS, toToDo, type ToDoRow} from './shared/todo.js'
import {parseId, parsePage, type Page} from './shared/validation.js'

export const handler = serve(
  (request, deadline) =>
    request.query.id === undefined
      ? list(parsePage(request.query), deadline)
      : one(parseId(request.query.id), deadline),
  readyToRead,
)

async function one(id: string, deadline: Deadline): Promise<Answer> {
  const [row] = await read(deadline, (session) =>
    session.rows<ToDoRow>(`SELECT ${COLUMNS} FROM ToDos WHERE id = ?`, [id]),
  )
  if (!row) throw notFound(id)
  return {statusCode: 200, response: toToDo(row)}
}

/** One row more than asked for tells whether there is a next page. */
async function list(page: Page, deadline: Deadline): Promise<Answer> {
  const rows = await read(deadline, (session) =>
    session.rows<ToDoRow>(`SELECT ${COLUMNS} FROM ToDos WHERE id > ? ORDER BY id LIMIT ?`, [
      page.after,
      page.limit + 1,
    ]),
  )
  const items = rows.slice(0, page.limit).map((row) => toToDo(row))
  const next = rows.length > page.limit ? items.at(-1)!.id : null
  return {statusCode: 200, response: {items, next}}
}
