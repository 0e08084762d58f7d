import {ACCOUNT, fault, type ServiceFault} from '../../kernel.js'

export const badRequest = (message: string): ServiceFault => fault('BadRequestException', message, 400)
export const conflict = (message: string): ServiceFault => fault('ConflictException', message, 409)
export const notFound = (what: string): ServiceFault =>
  fault('NotFoundException', `Invalid ${what} identifier specified`, 404)
export const noSuchApi = (id: string | undefined): ServiceFault =>
  fault('NotFoundException', `Invalid API identifier specified ${ACCOUNT}:${id}`, 404)
export const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `apigateway: the lab does not support ${what}`, 501)
