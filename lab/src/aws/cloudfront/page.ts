/** One page of a list, as CloudFront has them: the marker is the id of the last item of the page before. */
export function pageOf<T>(
  all: readonly T[],
  {Marker = '', MaxItems}: {Marker?: string; MaxItems?: number | string},
  idOf: (item: T) => string | undefined,
): {
  Marker: string
  MaxItems: number
  IsTruncated: boolean
  NextMarker: string | undefined
  Quantity: number
  Items: T[]
} {
  const start = all.findIndex((item) => idOf(item) === Marker) + 1
  const size = Number(MaxItems ?? 100)
  const items = all.slice(start, start + size)
  const more = start + size < all.length
  return {
    Marker,
    MaxItems: size,
    IsTruncated: more,
    NextMarker: more ? idOf(items.at(-1)!) : undefined,
    Quantity: items.length,
    Items: items,
  }
}
