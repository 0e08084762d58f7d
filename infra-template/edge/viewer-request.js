import cf from 'cloudfront'

const REGIONS = ['__HOME_REGION__', '__AWAY_REGION__']
const KEY = 'serving'
const FAIL_OVER_ON = [500, 502, 503, 504]
// CloudFront fails over these methods only; a write must never be sent twice, nor to the region that does not serve.
const READS = ['GET', 'HEAD', 'OPTIONS']

// Without a believable entry nobody is guessed: after a failover, home would be the wrong guess, and take writes.
function unavailable(reason) {
  return {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    headers: {
      'content-type': {value: 'application/json'},
      'cache-control': {value: 'no-store'},
      'retry-after': {value: '5'},
    },
    body: {
      encoding: 'text',
      data: JSON.stringify({status: 'error', response: {code: 'RoutingUnavailable', message: reason}}),
    },
  }
}

async function handler(event) {
  const request = event.request
  let serving

  try {
    serving = await cf.kvs().get(KEY)
  } catch (error) {
    return unavailable('The edge cannot tell which region serves.')
  }

  if (!REGIONS.includes(serving)) return unavailable('The edge was told of a region that it does not know.')

  try {
    if (READS.includes(request.method)) {
      const other = REGIONS[0] === serving ? REGIONS[1] : REGIONS[0]
      cf.createRequestOriginGroup({
        originIds: [{originId: serving}, {originId: other}],
        failoverCriteria: {statusCodes: FAIL_OVER_ON},
      })
    } else {
      cf.selectRequestOriginById(serving)
    }
  } catch (error) {
    return unavailable('The edge cannot choose the serving region.')
  }

  return request
}
