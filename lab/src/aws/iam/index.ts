import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {IamService} from './service.js'

/** IAM: roles and policies are recorded. What users may do is said to the lab itself (see govern/), and can be asked of IAM. */
export const iam: AwsService = {
  api,
  make: (lab) => new IamService(lab),
  recorded: {
    'AWS::IAM::ManagedPolicy': {
      area: 'permissions',
      ref: 'arn:aws:iam::{account}:policy{path}{name}',
      attributes: {PolicyArn: '{ref}'},
      name: {property: 'ManagedPolicyName', max: 128},
      createOnly: ['ManagedPolicyName', 'Description', 'Path'],
    },
    'AWS::IAM::Policy': {area: 'permissions', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
    'AWS::IAM::Role': {
      area: 'permissions',
      ref: '{name}',
      attributes: {Arn: 'arn:aws:iam::{account}:role{path}{name}', RoleId: 'AROA{id:17}'},
      name: {property: 'RoleName', max: 64},
      createOnly: ['RoleName', 'Path'],
      tags: true,
    },
  },
}
