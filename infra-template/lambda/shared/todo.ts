/** A row of the table and the ToDo that clients see. */

export interface ToDo {
  /** 64 bits: a string, as JSON's numbers cannot hold it. */
  id: string
  task: string
  status: string
  /** ISO 8601 in UTC with milliseconds; null in rows that never had one. */
  createdTime: string | null
  requestId: string | null
}

export interface ToDoRow {
  id: number | string
  task: string | null
  status: string | null
  /** Epoch seconds with fraction, as a decimal string. */
  created: string | number | null
  requestId: string | null
}

/** Epoch seconds, so that neither the session's nor the driver's time zone has a say. */
export const COLUMNS =
  'id, Task AS task, Status AS status, UNIX_TIMESTAMP(CreatedTime) AS created, RequestId AS requestId'

export const toToDo = (row: ToDoRow): ToDo => ({
  id: String(row.id),
  task: row.task ?? '',
  status: row.status ?? '',
  createdTime: row.created === null ? null : new Date(Math.round(Number(row.created) * 1000)).toISOString(),
  requestId: row.requestId,
})
