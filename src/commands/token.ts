import type {TokenResult} from '../actions/token/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class Token extends DrCommand {
  static override summary = 'Print an access token for the API, and nothing else'
  static override description =
    "By client credentials, from the pool of the region that serves; from the other region's pool where that one does not answer. Cached until shortly before it ends."

  static override examples = ['curl -H "Authorization: $(<%= config.bin %> token)" "$EDGE/v1?id=1"']

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
