/** Answers that come page by page. */

/** What AWS says where there is more, by one name or the other. */
interface Page {
  Marker?: string
  NextToken?: string
}

const nextOf = ({NextToken, Marker}: Page): string | undefined => NextToken || Marker || undefined

/** All pages in their order. `token`: of the page that is read; undefined of the first. */
export async function pages<P extends Page>(read: (token: string | undefined) => Promise<P>): Promise<P[]> {
  const all: P[] = [await read(undefined)]
  for (let token = nextOf(all[0]!); token !== undefined; token = nextOf(all.at(-1)!)) all.push(await read(token))
  return all
}
