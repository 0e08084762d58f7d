/** AWS::Events::Rule, of the default bus: on a schedule, or for events. */

import {generatedName} from '../../cloudformation/names.js'
import type {ResourceProvider} from '../../cloudformation/provider.js'
import {recordsOf} from '../../cloudformation/records.js'
import {TAGS} from '../../cloudformation/tags.js'
import {arn, fault} from '../../kernel.js'
import {RULE, ruleOf, start, stop} from './rules.js'

const MAX_NAME = 64

export const rule: ResourceProvider = {
  tags: TAGS,
  createOnly: ['EventBusName', 'Name'],
  async create(properties, {lab, region, stackName, logicalId}) {
    const name = properties.Name ?? generatedName(stackName, logicalId, {max: MAX_NAME})
    const made = ruleOf(name, properties, region)
    if (recordsOf(lab).find(region, RULE, name)) throw fault('AlreadyExists', `Rule ${name} already exists.`)
    const attributes = {Arn: made.arn, RuleName: name}
    const record = {type: RULE, region, physicalId: name, arn: made.arn, properties, attributes, createdAt: new Date()}
    recordsOf(lab).put(record)
    start(made, properties, lab)
    return {physicalId: name, attributes}
  },
  async update(name, properties, _previous, {lab, region}) {
    const made = ruleOf(name, properties, region)
    const record = recordsOf(lab).find(region, RULE, name)
    if (record) record.properties = properties
    start(made, properties, lab)
    return {physicalId: name, attributes: {Arn: made.arn, RuleName: name}}
  },
  async read(name, _all, {lab, region}) {
    return recordsOf(lab).find(region, RULE, name)?.properties
  },
  async delete(name, _properties, {lab, region}) {
    stop(arn('events', region, `rule/${name}`), lab)
    recordsOf(lab).remove(region, RULE, name)
  },
}
