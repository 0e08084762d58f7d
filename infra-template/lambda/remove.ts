/** DELETE: removes the ToDo whose id the body names. */

import {notFound} from './shared/answer.js'
import {readyToWrite, write} from './shared/database.js'
import {environment} from './shared/environment.js'
import {serve} from './shared/serve.js'
import {parseRemoval} from './shared/validation.js'

export const handler = serve((request, deadline) => {
  const id = parseRemoval(request.json())
  return write({deadline, login: environment.login, kind: 'once'}, async (session) => {
    const {affectedRows} = await session.change('DELETE FROM ToDos WHERE id = ?', [id])
    if (affectedRows === 0) throw notFound(id)
    return {statusCode: 200, response: {id}}
  })
}, readyToWrite)
