/** How much of a quota is used. */
export interface Used {
  count: number
  quota: number
}
