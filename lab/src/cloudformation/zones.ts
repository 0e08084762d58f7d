/** Availability zones as `Fn::GetAZs` gives them. */

const ZONE_LETTERS: Record<string, string> = {'us-east-1': 'abcdef', 'us-west-2': 'abcd'}

/** Zone names of a region in order; three where the region is not one of the larger ones. */
export const zonesOf = (region: string): string[] =>
  [...(ZONE_LETTERS[region] ?? 'abc')].map((letter) => `${region}${letter}`)
