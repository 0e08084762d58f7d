import type {AddPermissionRequest} from '@aws-sdk/client-lambda'

import {fault} from '../../kernel.js'

export interface Statement {
  Sid: string
  Effect: 'Allow'
  Principal: {Service: string} | {AWS: string} | '*'
  Action: string
  Resource: string
  Condition?: {ArnLike?: {'AWS:SourceArn': string}; StringEquals?: {'AWS:SourceAccount': string}}
}

/** The resource policy of one function: who may invoke it. */
export class FunctionPolicy {
  private statements: Statement[] = []

  constructor(private readonly functionArn: string) {}

  add(input: AddPermissionRequest): Statement {
    const sid = input.StatementId ?? ''
    if (this.statements.some(({Sid}) => Sid === sid)) {
      throw fault(
        'ResourceConflictException',
        `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        409,
        {Type: 'User'},
      )
    }

    const statement: Statement = {
      Sid: sid,
      Effect: 'Allow',
      Principal: principal(input.Principal ?? ''),
      Action: input.Action ?? '',
      Resource: this.functionArn,
      Condition:
        input.SourceArn || input.SourceAccount
          ? {
              ...(input.SourceArn && {ArnLike: {'AWS:SourceArn': input.SourceArn}}),
              ...(input.SourceAccount && {StringEquals: {'AWS:SourceAccount': input.SourceAccount}}),
            }
          : undefined,
    }
    this.statements.push(statement)
    return statement
  }

  remove(sid: string): void {
    const rest = this.statements.filter(({Sid}) => Sid !== sid)
    if (rest.length === this.statements.length) {
      throw fault('ResourceNotFoundException', `Statement ${sid} is not found in resource policy.`, 404, {Type: 'User'})
    }

    this.statements = rest
  }

  /** Undefined where nothing was ever allowed. */
  document(): string | undefined {
    if (this.statements.length === 0) return undefined
    return JSON.stringify({Version: '2012-10-17', Id: 'default', Statement: this.statements})
  }
}

function principal(name: string): Statement['Principal'] {
  if (name === '*') return '*'
  return name.endsWith('.amazonaws.com') ? {Service: name} : {AWS: name}
}
