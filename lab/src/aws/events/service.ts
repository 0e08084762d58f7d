import type * as Api from '@aws-sdk/client-eventbridge'

import {recordsOf, tagsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {ACCOUNT, arn, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {BUS, RULE, isOn, ruleOf, start, stop} from './rules.js'
import type {Target} from './schedule.js'

/** Of every list: the most, and the default (EventBridge API reference). */
const PAGE = 100

/** What all inputs that are about rules have. */
interface OfBus {
  EventBusName?: string
}

interface Paged {
  Limit?: number
  NextToken?: string
}

/**
 * EventBridge, as far as its rules are read and turned on and off: templates make them. AWS also lets a rule that was just disabled run
 * for a while, and one that was just enabled wait (EnableRule and DisableRule, EventBridge API); here both are at once.
 */
export class EventsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    DescribeRule: ({Name, ...bus}: Api.DescribeRuleRequest, {region}): Api.DescribeRuleResponse => ({
      ...shown(this.find(Name, bus, region)),
      CreatedBy: ACCOUNT,
    }),
    ListRules: ({NamePrefix = '', ...input}: Api.ListRulesRequest, {region}): Api.ListRulesResponse => {
      const found = this.rules(input, region).filter(({physicalId}) => physicalId.startsWith(NamePrefix))
      const {items, NextToken} = paged(found, input)
      return {Rules: items.map((one) => shown(one)), NextToken}
    },
    ListTargetsByRule: ({Rule, ...input}: Api.ListTargetsByRuleRequest, {region}): Api.ListTargetsByRuleResponse => {
      const {items, NextToken} = paged(targetsOf(this.find(Rule, input, region)), input)
      return {Targets: items, NextToken}
    },
    ListRuleNamesByTarget: (
      {TargetArn, ...input}: Api.ListRuleNamesByTargetRequest,
      {region},
    ): Api.ListRuleNamesByTargetResponse => {
      const found = this.rules(input, region).filter((one) => targetsOf(one).some(({Arn}) => Arn === TargetArn))
      const {items, NextToken} = paged(found, input)
      return {RuleNames: items.map(({physicalId}) => physicalId), NextToken}
    },
    EnableRule: ({Name, ...bus}: Api.EnableRuleRequest, {region}) => this.turn('ENABLED', this.find(Name, bus, region)),
    DisableRule: ({Name, ...bus}: Api.DisableRuleRequest, {region}) =>
      this.turn('DISABLED', this.find(Name, bus, region)),
    ListTagsForResource: ({ResourceARN = ''}: Api.ListTagsForResourceRequest, {region}) => ({
      Tags: tagsOf(this.find(ResourceARN.slice(ResourceARN.indexOf('/') + 1), {}, region)),
    }),
  }

  constructor(private readonly lab: Lab) {}

  private turn(State: Api.RuleState, record: ResourceRecord): object {
    const isChange = isOn(record.properties) !== (State === 'ENABLED')
    record.properties = {...record.properties, State}
    if (State === 'DISABLED') stop(record.arn!, this.lab)
    // What runs already keeps its time.
    else if (isChange) start(ruleOf(record.physicalId, record.properties, record.region), record.properties, this.lab)
    return {}
  }

  /** By name. */
  private rules({EventBusName}: OfBus, region: string): ResourceRecord[] {
    if (
      EventBusName !== undefined &&
      EventBusName !== BUS &&
      EventBusName !== arn('events', region, `event-bus/${BUS}`)
    )
      throw fault('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`)
    return recordsOf(this.lab)
      .inRegion(region, RULE)
      .sort((left, right) => (left.physicalId < right.physicalId ? -1 : 1))
  }

  /** The text is as users quote it. */
  private find(name: string | undefined, bus: OfBus, region: string): ResourceRecord {
    const found = this.rules(bus, region).find(({physicalId}) => physicalId === name)
    if (!found) throw fault('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${BUS}.`)
    return found
  }
}

const targetsOf = ({properties}: ResourceRecord): Target[] => (properties.Targets ?? []) as Target[]

function paged<T>(all: T[], {Limit = PAGE, NextToken}: Paged): {items: T[]; NextToken: string | undefined} {
  const {items, next} = page(all, Limit, NextToken)
  return {items, NextToken: next}
}

function shown({physicalId, arn: Arn, properties}: ResourceRecord): Api.Rule {
  const {EventPattern, ScheduleExpression, Description, RoleArn} = properties
  return {
    Name: physicalId,
    Arn,
    EventPattern: EventPattern && JSON.stringify(EventPattern),
    ScheduleExpression,
    State: properties.State ?? 'ENABLED',
    Description,
    RoleArn,
    EventBusName: BUS,
  }
}
