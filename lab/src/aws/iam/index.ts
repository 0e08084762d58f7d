import type {AwsService} from '../aws-service.js'

/** IAM: roles and policies are recorded. What principals may do is said to the lab itself: see govern/. */
export const iam: AwsService = {
  recorded: {
    'AWS::IAM::ManagedPolicy': {
      area: 'permissions',
      ref: 'arn:aws:iam::{account}:policy/{name}',
      attributes: {PolicyArn: '{ref}'},
      name: {property: 'ManagedPolicyName', max: 128},
      createOnly: ['ManagedPolicyName', 'Description', 'Path'],
    },
    'AWS::IAM::Policy': {area: 'permissions', ref: '{stack}-{logicalId}-{id:12}', attributes: {Id: '{ref}'}},
    'AWS::IAM::Role': {
      area: 'permissions',
      ref: '{name}',
      attributes: {Arn: 'arn:aws:iam::{account}:role/{name}', RoleId: 'AROA{id:17}'},
      name: {property: 'RoleName', max: 64},
      createOnly: ['RoleName', 'Path'],
      tags: true,
    },
  },
}
