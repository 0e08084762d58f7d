import type * as Api from '@aws-sdk/client-sns'

import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {POLICY, subscriptionAttributes, subscriptionsIn, TOPIC, topicAttributes, type Subscription} from './topics.js'

/** Of every list (SNS API reference). */
const PAGE = 100

/**
 * SNS, as far as it is read: the topics and subscriptions that templates have made. They tell nobody, so that an address is never
 * confirmed. The texts of errors are as users quote them.
 */
export class SnsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    ListTopics: ({NextToken}: Api.ListTopicsInput, {region}): Api.ListTopicsResponse => {
      const {items, next} = page(this.topics(region), PAGE, NextToken)
      return {Topics: items.map(({physicalId}) => ({TopicArn: physicalId})), NextToken: next}
    },
    GetTopicAttributes: ({TopicArn}: Api.GetTopicAttributesInput, {region}): Api.GetTopicAttributesResponse => {
      const topic = this.topic(TopicArn, region)
      const policies = recordsOf(this.lab).inRegion(region, POLICY)
      return {Attributes: topicAttributes(topic, policies, this.subscribed(topic, region))}
    },
    ListSubscriptions: ({NextToken}: Api.ListSubscriptionsInput, {region}): Api.ListSubscriptionsResponse =>
      listed(subscriptionsIn(this.lab, region), NextToken),
    ListSubscriptionsByTopic: (
      {TopicArn, NextToken}: Api.ListSubscriptionsByTopicInput,
      {region},
    ): Api.ListSubscriptionsByTopicResponse => listed(this.subscribed(this.topic(TopicArn, region), region), NextToken),
    GetSubscriptionAttributes: (
      {SubscriptionArn = ''}: Api.GetSubscriptionAttributesInput,
      {region},
    ): Api.GetSubscriptionAttributesResponse => {
      checkArn(SubscriptionArn, 'SubscriptionArn', region)
      const found = subscriptionsIn(this.lab, region).find((one) => one.SubscriptionArn === SubscriptionArn)
      if (!found) throw fault('NotFound', 'Subscription does not exist', 404)
      return {Attributes: subscriptionAttributes(found)}
    },
    ListTagsForResource: ({ResourceArn}: Api.ListTagsForResourceRequest, {region}): Api.ListTagsForResourceResponse => {
      const found = this.topics(region).find(({physicalId}) => physicalId === ResourceArn)
      if (!found) throw fault('ResourceNotFound', 'Resource does not exist', 404)
      return {Tags: tagsOf(found)}
    },
  }

  constructor(private readonly lab: Lab) {}

  private topics(region: string): ResourceRecord[] {
    return recordsOf(this.lab)
      .inRegion(region, TOPIC)
      .sort((left, right) => (left.physicalId < right.physicalId ? -1 : 1))
  }

  private topic(topicArn = '', region: string): ResourceRecord {
    checkArn(topicArn, 'TopicArn', region)
    const found = recordsOf(this.lab).find(region, TOPIC, topicArn)
    if (!found) throw fault('NotFound', 'Topic does not exist', 404)
    return found
  }

  private subscribed({physicalId}: ResourceRecord, region: string): Subscription[] {
    return subscriptionsIn(this.lab, region).filter(({TopicArn}) => TopicArn === physicalId)
  }
}

function checkArn(given: string, name: string, region: string): void {
  const parts = given.split(':')
  if (parts.length < 6)
    throw fault(
      'InvalidParameter',
      `Invalid parameter: ${name} Reason: An ARN must have at least 6 elements, not ${parts.length}`,
    )
  if (parts[3] !== region) throw fault('InvalidParameter', `Invalid parameter: ${name}`)
}

function listed(
  all: Subscription[],
  token: string | undefined,
): {Subscriptions: Api.Subscription[]; NextToken: string | undefined} {
  const {items, next} = page(all, PAGE, token)
  const shown = items.map(({SubscriptionArn, TopicArn, Protocol, Endpoint, isPending}) => ({
    SubscriptionArn: isPending ? 'PendingConfirmation' : SubscriptionArn,
    Owner: ACCOUNT,
    Protocol,
    Endpoint,
    TopicArn,
  }))
  return {Subscriptions: shown, NextToken: next}
}
