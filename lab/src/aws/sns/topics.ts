/** Topics and subscriptions as templates have made them, in SNS's words. */

import {createHash} from 'node:crypto'
import type * as Api from '@aws-sdk/client-sns'

import type {Properties} from '../../cloudformation/provider.js'
import type {ResourceRecord} from '../../cloudformation/records.js'
import {recordsOf} from '../../cloudformation/records.js'
import {ACCOUNT, arn, type Lab} from '../../kernel.js'

export const TOPIC = 'AWS::SNS::Topic'
export const SUBSCRIPTION = 'AWS::SNS::Subscription'
export const POLICY = 'AWS::SNS::TopicPolicy'

export interface Subscription extends Omit<Required<Api.Subscription>, 'Owner'> {
  properties: Properties
  /** Nobody has confirmed it, and on the lab nobody can. */
  isPending: boolean
}

/** Whoever is behind these has to say yes first (Subscribe, SNS API reference). */
const CONFIRMED_BY_HAND = new Set(['http', 'https', 'email', 'email-json'])

/** Those of resources of their own, and those that stand in the topics, by their ARNs. */
export function subscriptionsIn(lab: Lab, region: string): Subscription[] {
  const of = (SubscriptionArn: string, TopicArn: string, properties: Properties): Subscription => {
    const {Protocol, Endpoint = ''} = properties as {Protocol: string; Endpoint?: string}
    return {SubscriptionArn, TopicArn, Protocol, Endpoint, properties, isPending: CONFIRMED_BY_HAND.has(Protocol)}
  }
  const apart = recordsOf(lab)
    .inRegion(region, SUBSCRIPTION)
    .map(({physicalId, properties}) => of(physicalId, properties.TopicArn as string, properties))
  const inside = recordsOf(lab)
    .inRegion(region, TOPIC)
    .flatMap(({physicalId, properties}) =>
      ((properties.Subscription ?? []) as Properties[]).map((one) =>
        of(`${physicalId}:${idOf(JSON.stringify([physicalId, one.Protocol, one.Endpoint]))}`, physicalId, one),
      ),
    )
  return [...apart, ...inside].sort((left, right) => (left.SubscriptionArn < right.SubscriptionArn ? -1 : 1))
}

/** The same at each reading, in the shape of a UUID. */
const idOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

/** What SNS does with HTTP endpoints where nobody has said otherwise (GetTopicAttributes, AWS CLI reference). */
const DELIVERY = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
  },
}

const ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
]

/** Of a topic that has none of its own (GetTopicAttributes, AWS CLI reference). */
const defaultPolicy = (Resource: string): object => ({
  Version: '2008-10-17',
  Id: '__default_policy_ID',
  Statement: [
    {
      Sid: '__default_statement_ID',
      Effect: 'Allow',
      Principal: {AWS: '*'},
      Action: ACTIONS.map((action) => `SNS:${action}`),
      Resource,
      Condition: {StringEquals: {'AWS:SourceOwner': ACCOUNT}},
    },
  ],
})

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Attributes are texts; one that is not set is left out. */
const attributes = (all: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value)]])))

export function topicAttributes(
  {physicalId: TopicArn, properties}: ResourceRecord,
  policies: readonly ResourceRecord[],
  subscriptions: readonly Subscription[],
): Record<string, string> {
  // The last one that was made counts.
  const policy = policies.findLast(({properties: {Topics = []}}) => (Topics as string[]).includes(TopicArn))
  const pending = subscriptions.filter(({isPending}) => isPending).length
  const {
    DisplayName = '',
    FifoTopic,
    ContentBasedDeduplication,
    KmsMasterKeyId,
    SignatureVersion,
    TracingConfig,
  } = properties
  const isFifo = String(FifoTopic) === 'true'
  return attributes({
    TopicArn,
    Owner: ACCOUNT,
    DisplayName,
    Policy: policy?.properties.PolicyDocument ?? defaultPolicy(TopicArn),
    EffectiveDeliveryPolicy: DELIVERY,
    SubscriptionsConfirmed: subscriptions.length - pending,
    SubscriptionsPending: pending,
    SubscriptionsDeleted: 0,
    KmsMasterKeyId,
    SignatureVersion,
    TracingConfig,
    FifoTopic: isFifo ? true : undefined,
    ContentBasedDeduplication: isFifo ? (ContentBasedDeduplication ?? false) : undefined,
  })
}

export const subscriptionAttributes = (one: Subscription): Record<string, string> => {
  const {DeliveryPolicy, FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy, SubscriptionRoleArn} =
    one.properties
  return attributes({
    SubscriptionArn: one.SubscriptionArn,
    TopicArn: one.TopicArn,
    Owner: ACCOUNT,
    Protocol: one.Protocol,
    Endpoint: one.Endpoint,
    PendingConfirmation: one.isPending,
    ConfirmationWasAuthenticated: !one.isPending,
    RawMessageDelivery: RawMessageDelivery ?? false,
    SubscriptionPrincipal: arn('iam', '', 'root'),
    DeliveryPolicy,
    FilterPolicy,
    FilterPolicyScope: FilterPolicy === undefined ? undefined : (FilterPolicyScope ?? 'MessageAttributes'),
    RedrivePolicy,
    SubscriptionRoleArn,
  })
}
