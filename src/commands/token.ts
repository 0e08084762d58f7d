import type {TokenResult} from '../actions/token/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {REQUEST} from '../permissions/calls.js'

export default class Token extends DrCommand {
  static override answersOnly = true
  static override summary = 'Print an access token for the API'
  static override description =
    'Prints only the token. Requests it with client credentials from the user pool of the serving region, or of the other region if that one does not answer. The token is cached until shortly before it expires, or until the API refuses it.'

  static override examples = ['curl -H "Authorization: $(<%= config.bin %> token)" "$URL"']

  static override calls = REQUEST

  async run(): Promise<TokenResult> {
    await this.parse(Token)
    const {emit, signal} = this
    const [{runToken}, world] = await Promise.all([
      import('../actions/token/run.js'),
      this.session({lazy: true}).world(),
    ])
    const result = await runToken({world, emit, signal})
    this.log(result.token)
    return result
  }
}
