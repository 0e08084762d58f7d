import {readFileSync} from 'node:fs'

import {expect} from 'chai'

import {EdgeFunction, EdgeFunctionError, type OriginChoice} from '../../../src/data-plane/edge/edge-function.js'
import {KeyValueStore} from '../../../src/data-plane/edge/key-value-store.js'

describe('edge function', () => {
  const logs: string[] = []
  const store = new KeyValueStore(
    'store',
    '',
    [
      ['serving', 'us-east-1'],
      ['json', '{"a":1}'],
    ],
    {keyValueStoreMs: 0, spreadMs: 0},
  )
  const make = (code: string) =>
    new EdgeFunction(code, {
      store: (id) => (id === '' || id === store.id ? store.atEdge() : undefined),
      log: (text) => logs.push(text),
    })
  const run = (
    code: string,
    event: object = {},
    judge: (choice: OriginChoice) => string | undefined = () => undefined,
  ) => make(code).run(event, judge)

  it('runs the code of the template as it is', () => {
    const code = readFileSync(new URL('../../../../infra-template/edge/viewer-request.js', import.meta.url), 'utf8')
      .replaceAll('__HOME_REGION__', 'us-east-1')
      .replaceAll('__AWAY_REGION__', 'us-east-2')
    const read = run(code, {request: {method: 'GET'}})
    expect(read.choice).deep.equal({
      kind: 'group',
      value: {
        originIds: [{originId: 'us-east-1'}, {originId: 'us-east-2'}],
        failoverCriteria: {statusCodes: [500, 502, 503, 504]},
      },
    })
    const write = run(code, {request: {method: 'POST'}})
    expect(write.choice).deep.include({kind: 'select'})
    expect(write.choice!.value).include({originId: 'us-east-1'})
    expect(write.result).deep.equal({method: 'POST'})
  })

  it('awaits its KeyValueStore: values, JSON, existence, count', () => {
    const {result} = run(`import cf from 'cloudfront';
      async function handler() {
        const kvs = cf.kvs('${store.id}');
        return {serving: await kvs.get('serving'), json: await kvs.get('json', {format: 'json'}), no: await kvs.exists('none'), count: await kvs.count()}
      }`)
    expect(result).deep.equal({serving: 'us-east-1', json: {a: 1}, no: false, count: 2})
  })

  it('throws on a missing key, and on a store that is not associated, where the function can catch it', () => {
    const code = (act: string) => `import cf from "cloudfront"
      async function handler() { try { ${act} } catch (error) { return {caught: error.message} } }`
    expect(run(code("await cf.kvs().get('none')")).result).deep.equal({caught: 'KeyNotFound: the key was not found.'})
    expect(run(code("cf.kvs('other')")).result).have.property('caught')
    const refused = run(code("cf.selectRequestOriginById('nowhere')"), {}, () => 'no such origin')
    expect(refused).deep.equal({result: {caught: 'no such origin'}, choice: undefined})
  })

  it('fails for what throws, never settles, never ends, or does not compile', () => {
    for (const code of [
      'function handler() { throw new TypeError("x") }',
      'async function handler() { await Promise.reject(new Error("x")) }',
      'function handler() { return new Promise(() => {}) }',
      'function other() {}',
      'function handler( {',
      "import fs from 'fs'\nfunction handler() { return {} }",
      'function handler() { return eval("1") }',
      'function handler() { return {process: process.pid} }',
    ]) {
      expect(() => run(code), code).throw(EdgeFunctionError)
    }
  })

  it('stops a function that never ends, also behind an await, and runs the next request', () => {
    const endless = make('async function handler(event) { await null; while (event.forever); return {ok: true} }')
    expect(() => endless.run({forever: true}, () => undefined)).throw(EdgeFunctionError, /timed out/)
    expect(endless.run({forever: false}, () => undefined).result).deep.equal({ok: true})
  })

  it('begins every run anew, and forgets the last choice', () => {
    const counting = make(`import cf from 'cloudfront'
      let calls = 0
      function handler(event) { if (event.choose) cf.selectRequestOriginById('a'); return {calls: ++calls} }`)
    expect(counting.run({choose: true}, () => undefined).choice).not.equal(undefined)
    const second = counting.run({}, () => undefined)
    expect(second).deep.equal({result: {calls: 1}, choice: undefined})
  })

  it('logs', () => {
    run('function handler(event) { console.log("seen", event.n, {a: 1}); return {} }', {n: 7})
    expect(logs).include('seen 7 {"a":1}')
  })
})
