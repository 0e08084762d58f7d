/** Availability zones, as `Fn::GetAZs` and EC2 give them. */

const ZONE_LETTERS: Record<string, string> = {'us-east-1': 'abcdef', 'us-west-2': 'abcd'}

/** Zone names of a region in order; three where the region is not one of the larger ones. */
export const zonesOf = (region: string): string[] =>
  [...(ZONE_LETTERS[region] ?? 'abc')].map((letter) => `${region}${letter}`)

/** The zone's id, such as `use1-az1` of us-east-1a. AWS deals the ids to the letters anew for each account; the lab does so in order. */
export function zoneId(zone: string): string {
  const [, continent, direction = '', number, letter = ''] = /^(\w+)-(\w+)-(\d)(\w)$/.exec(zone) ?? []
  const initials = /^(north|south)(east|west)$/.test(direction)
    ? direction.replace(/^(.)\w*(east|west)$/, (_, first: string, second: string) => first + second.charAt(0))
    : direction.charAt(0)
  return `${continent}${initials}${number}-az${'abcdef'.indexOf(letter) + 1}`
}

export interface Zone {
  name: string
  id: string
}

/**
 * The zone that is asked for by its name or by its id; undefined where the region has no such one. Where neither is given AWS takes one,
 * and the lab the first (CloudFormation template reference, subnets of EC2).
 */
export function zoneOf(region: string, asked: Record<string, unknown>): Zone | undefined {
  const {AvailabilityZone: name, AvailabilityZoneId: id} = asked
  const zones = zonesOf(region).map((zone): Zone => ({name: zone, id: zoneId(zone)}))
  return zones.find((zone) => (name ?? zone.name) === zone.name && (id ?? zone.id) === zone.id)
}
