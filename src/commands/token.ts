import {servingRegion} from '../cli/crud-command.js'
import {DrCommand} from '../cli/dr-command.js'

export interface TokenResult {
  token: string
  /** Whose pool gave it. */
  region: string
  /** ISO 8601, UTC. */
  expiresAt: string
}

export default class Token extends DrCommand {
  static override summary = 'Print an access token for the API, and nothing else'
  static override description =
    "By client credentials, from the pool of the region that serves; from the other region's pool where that one does not answer. Cached until shortly before it ends."

  static override examples = ['curl -H "Authorization: $(<%= config.bin %> token)" "$EDGE/v1?id=1"']

  async run(): Promise<TokenResult> {
    await this.parse(Token)
    const world = await this.session({lazy: true}).world()
    const serving = await servingRegion(world, this.signal)
    const {token, region, expiresAt} = await world.tokens.get(serving, {signal: this.signal})
    if (region !== serving) {
      this.emit({
        code: 'warning',
        text: `the pool of ${serving} gives no token; this one is of ${region}`,
        hint: 'todo-dr status',
      })
    }

    this.log(token)
    return {token, region, expiresAt: new Date(expiresAt).toISOString()}
  }
}
