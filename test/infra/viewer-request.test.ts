import {expect} from 'chai'
import {viewerRequestCode} from '../../infra-template/lib/edge-stack.js'

interface EdgeEvent {
  request: {method: string; uri: string; headers: object}
}

interface EdgeAnswer {
  statusCode: number
  headers: Record<string, {value: string}>
  body: {data: string}
}

/** What the function asked of CloudFront. */
type Call = {group: string[]; codes: number[]} | {origin: string}

/** Runs the function's very text with a `cloudfront` module of ours. Only routing decisions are judged here. */
async function run(method: string, stored: string | Error, helpers: 'work' | 'throw' = 'work') {
  const calls: Call[] = []
  const guard = (): void => {
    if (helpers === 'throw') throw new Error('the origin does not exist')
  }
  const cf = {
    kvs: () => ({
      async get(key: string) {
        expect(key).to.equal('serving')
        if (stored instanceof Error) throw stored
        return stored
      },
    }),
    createRequestOriginGroup(group: {originIds: {originId: string}[]; failoverCriteria: {statusCodes: number[]}}) {
      guard()
      calls.push({group: group.originIds.map(({originId}) => originId), codes: group.failoverCriteria.statusCodes})
    },
    selectRequestOriginById(origin: string) {
      guard()
      calls.push({origin})
    },
  }
  const text = viewerRequestCode('us-east-1', 'us-east-2').replace(/^import cf from 'cloudfront'.*$/m, '')
  // eslint-disable-next-line no-new-func -- its own text is what is tested
  const load = new Function('cf', `${text}; return handler`) as (
    cloudfront: object,
  ) => (event: EdgeEvent) => Promise<unknown>
  const request = {method, uri: '/v1', headers: {}}
  const result = await load(cf)({request})
  return {calls, request, result}
}

describe('the viewer-request function', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    it(`sends ${method} to the serving region, and to the other where that one fails`, async () => {
      const home = await run(method, 'us-east-1')
      expect(home.calls).to.deep.equal([{group: ['us-east-1', 'us-east-2'], codes: [500, 502, 503, 504]}])
      expect(home.result).to.equal(home.request)
      const away = await run(method, 'us-east-2')
      expect(away.calls).to.deep.equal([{group: ['us-east-2', 'us-east-1'], codes: [500, 502, 503, 504]}])
    })
  }

  for (const method of ['POST', 'DELETE', 'PUT', 'PATCH', 'anything']) {
    it(`sends ${method} to the serving region alone`, async () => {
      expect((await run(method, 'us-east-2')).calls).to.deep.equal([{origin: 'us-east-2'}])
      expect((await run(method, 'us-east-1')).calls).to.deep.equal([{origin: 'us-east-1'}])
    })
  }

  for (const [what, stored, helpers] of [
    ['the key is missing', new Error('KeyNotFound'), 'work'],
    ['the value is no region of ours', 'eu-west-1', 'work'],
    ['the value is empty', '', 'work'],
    ['CloudFront refuses the origin', 'us-east-1', 'throw'],
  ] as const) {
    it(`answers 503 and guesses nobody where ${what}`, async () => {
      for (const method of ['GET', 'POST']) {
        const {calls, result} = await run(method, stored, helpers)
        expect(calls).to.deep.equal([])
        const answer = result as EdgeAnswer
        expect(answer.statusCode).to.equal(503)
        expect(Number(answer.headers['retry-after']!.value)).to.be.above(0)
        expect(JSON.parse(answer.body.data)).to.have.nested.property('response.code', 'RoutingUnavailable')
      }
    })
  }

  it('fits what CloudFront allows a function', () => {
    expect(Buffer.byteLength(viewerRequestCode('ap-southeast-1', 'ap-southeast-2'))).to.be.below(10 * 1024)
  })
})
