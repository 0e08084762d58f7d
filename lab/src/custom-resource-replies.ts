import type {IncomingMessage, ServerResponse} from 'node:http'

import {handleCustomResourceReply, RESPONSE_PATH} from './cloudformation/custom-resource.js'
import {readBody} from './wire/body.js'

/** CloudFormation takes replies of 4 KB; the lab is not the place to find that out. */
const MAX_BODY_BYTES = 65_536

/** Takes what a custom resource's function puts to its ResponseURL. The random token in the path is all the secret, as on AWS. */
export function customResourceReplies(request: IncomingMessage, response: ServerResponse): void {
  const token = request.url?.slice(RESPONSE_PATH.length).split('?', 1)[0] ?? ''
  void readBody(request, MAX_BODY_BYTES).then(
    (body) => {
      const taken = request.method === 'PUT' && handleCustomResourceReply(token, body)
      response.writeHead(taken ? 200 : 403).end()
    },
    () => response.writeHead(413).end(),
  )
}
