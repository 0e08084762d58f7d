import {ServiceFault, type Lab} from '../../kernel.js'

interface Statement {
  Principal: '*' | {Service?: string}
  Action: string
  Condition?: {ArnLike?: {'AWS:SourceArn'?: string}}
}

const parsed = new Map<string, Statement[]>()

/** Who calls a function: a service, for a thing of the account. */
export interface Caller {
  /** As in `apigateway.amazonaws.com`. */
  service: string
  arn: string
}

/** Whether the function's resource policy lets the service call it for that thing. */
export async function mayInvoke(lab: Lab, region: string, functionArn: string, caller: Caller): Promise<boolean> {
  const policy = await lab.call('lambda', 'GetPolicy', {FunctionName: functionArn}, region).catch((error) => {
    if (error instanceof ServiceFault) return undefined
    throw error
  })
  return policy ? statementsOf(policy.Policy as string).some((statement) => allows(statement, caller)) : false
}

function allows({Principal, Action, Condition}: Statement, caller: Caller): boolean {
  const service = Principal === '*' || Principal.Service === caller.service
  const pattern = Condition?.ArnLike?.['AWS:SourceArn']
  return (
    service && ['lambda:InvokeFunction', 'lambda:*', '*'].includes(Action) && (!pattern || arnLike(pattern, caller.arn))
  )
}

/** Policies are read on every request and change hardly ever. */
function statementsOf(policy: string): Statement[] {
  const known = parsed.get(policy)
  if (known) return known
  const {Statement: statements} = JSON.parse(policy) as {Statement: Statement[]}
  if (parsed.size > 1000) parsed.clear()
  parsed.set(policy, statements)
  return statements
}

/** `*` is any run of characters, `?` any one. */
function arnLike(pattern: string, arn: string): boolean {
  const escaped = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`).test(arn)
}
