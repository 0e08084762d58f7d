/** A distribution's configuration as a template has it: what `distributionConfig` makes of one, turned round. */

import type {Properties} from '../../cloudformation/provider.js'
import {isRecord} from '../../cloudformation/template.js'

export function templateConfig(config: Properties): Properties {
  const {DefaultCacheBehavior, CacheBehaviors, Origins, Restrictions, IsIPV6Enabled, ...rest} = config
  const {RestrictionType, Items: Locations = []} = Restrictions?.GeoRestriction ?? {}
  return {
    ...(plain(rest) as Properties),
    CacheBehaviors: itemsOf(CacheBehaviors).map((one) => behavior(one)),
    DefaultCacheBehavior: behavior(DefaultCacheBehavior),
    IPV6Enabled: IsIPV6Enabled,
    Origins: itemsOf(Origins).map((one) => origin(one)),
    Restrictions: {GeoRestriction: {RestrictionType, Locations}},
  }
}

function behavior({AllowedMethods, ...rest}: Properties): Properties {
  return {
    ...(plain(rest) as Properties),
    AllowedMethods: itemsOf(AllowedMethods),
    CachedMethods: plain(AllowedMethods?.CachedMethods),
  }
}

function origin({CustomHeaders, ...rest}: Properties): Properties {
  return {...(plain(rest) as Properties), OriginCustomHeaders: itemsOf(CustomHeaders)}
}

const itemsOf = (list: Properties | undefined): Properties[] => (Array.isArray(list) ? list : (list?.Items ?? []))

/** Lists without their Quantity. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item))
  if (!isRecord(value)) return value
  if (Object.hasOwn(value, 'Quantity') && Object.keys(value).every((key) => key === 'Quantity' || key === 'Items'))
    return plain(value.Items ?? [])
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
