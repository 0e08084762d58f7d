/** Pages as Route 53 has them: the request says where one begins, the answer where the next does. */

/** Of its lists (Route 53 API): the most that one page has, and what it has where the request says nothing. */
const PAGE = 100

export interface Page<T> {
  items: T[]
  /** The first item of the next page; undefined on the last. */
  next: T | undefined
  size: number
}

/** `isFrom`: whether an item, and with it all that follow, belongs to this page or a later one. */
export function pageFrom<T>(
  sorted: readonly T[],
  maxItems: number | string | undefined,
  isFrom: (item: T) => boolean,
  most = PAGE,
): Page<T> {
  const start = sorted.findIndex((item) => isFrom(item))
  const rest = start === -1 ? [] : sorted.slice(start)
  const size = Math.min(Number(maxItems ?? most), most)
  return {items: rest.slice(0, size), next: rest[size], size}
}
