// Runs one bundled function as Lambda does: loaded once, called many times. Names of the test's hosts lead to its ports.
import {createRequire} from 'node:module'
import net from 'node:net'

let routes = {}
const {connect} = net
// mysql2 calls it as (port, host).
net.connect = (port, host) => (routes[host] === undefined ? connect(port, host) : connect(routes[host], '127.0.0.1'))

const {handler} = createRequire(import.meta.url)(process.argv[2])

process.on('message', async (message) => {
  if (message.routes) {
    routes = message.routes
    return
  }

  const endsAt = Date.now() + message.remainingMs
  const context = {
    awsRequestId: `call-${message.id}`,
    functionName: 'function',
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  }
  try {
    process.send({id: message.id, result: await handler(message.event, context)})
  } catch (error) {
    process.send({id: message.id, error: {name: error.name, message: error.message}})
  }
})
