import {expect} from 'chai'
import {DrError} from '../../../src/errors.js'
import {GLOBAL_DATABASE_REGIONS, REGIONS_DATE} from '../../../src/actions/init/regions.js'
import {
  appFault,
  appOfFolder,
  awayFault,
  capacityFault,
  cautionOf,
  checkSettings,
  DEFAULTS,
  regionFault,
} from '../../../src/actions/init/settings.js'
import type {Settings} from '../../../src/actions/init/result.js'
import {domainFault} from '../../../src/actions/init/routes.js'
import {loadConfig} from '../../../infra-template/lib/config.js'

const refusal = (settings: Partial<Settings>): DrError => {
  try {
    checkSettings({...DEFAULTS, ...settings})
  } catch (error) {
    return error as DrError
  }

  throw new Error('nothing was refused')
}

describe('the settings of a new project', () => {
  it('take the defaults, and any region that the list has', () => {
    checkSettings(DEFAULTS)
    for (const home of Object.keys(GLOBAL_DATABASE_REGIONS))
      checkSettings({...DEFAULTS, home, away: home === 'us-east-2' ? 'us-west-2' : 'us-east-2'})
  })

  it('propose no home region whose loss takes control planes along, and warn of it', () => {
    expect(cautionOf(DEFAULTS)).to.equal(undefined)
    expect(cautionOf({...DEFAULTS, away: 'us-east-1'})).to.equal(undefined)
    expect(cautionOf({...DEFAULTS, home: 'us-east-1'})).to.match(/CloudFront, IAM and Route 53.*make us-west-2 or/)
  })

  it('refuse a name that AWS would refuse somewhere', () => {
    for (const name of ['', '1st', 'two-words', 'x'.repeat(21), 'Ärger', 'myAWSthing', 'Cognito1', 'amazonia'])
      expect(appFault(name), name).to.be.a('string')
    for (const name of ['a', 'ToDoMgmt', 'X9'.repeat(10)]) expect(appFault(name), name).to.equal(undefined)
  })

  it('take a connection and its repository together, for the pipeline that has one', () => {
    const connection = 'arn:aws:codeconnections:us-east-2:123456789012:connection/0a1b'
    const whole = {pipeline: 'connection', connection, repository: 'me/shop'} as const
    checkSettings({...DEFAULTS, ...whole})
    for (const [settings, flag] of [
      [{...whole, connection: undefined}, '--connection'],
      [{...whole, connection: 'arn:aws:s3:::x'}, '--connection'],
      [{...whole, repository: 'shop'}, '--repository'],
      [{...whole, pipeline: 'codecommit'}, '--connection'],
    ] as const)
      expect(refusal(settings)).to.include({code: 'InvalidSetting', next: `todo-dr init ${flag} ...`})
  })

  it('refuse what the template refuses, and nothing else', () => {
    for (const app of ['demo', 'CAPITALS', 'x'.repeat(21), 'two-words', 'shopaws', '9lives']) {
      const load = () => loadConfig((key) => (key === 'app' ? app : undefined))
      if (appFault(app) === undefined) expect(load, app).not.to.throw()
      else if (!/^[a-z]+$/i.test(app) || app.length > 20) expect(load, app).to.throw()
    }
  })

  it("field report 27: take the folder's name, or are refused: no two projects get one name for nothing", () => {
    const names = {demo: 'demo', 'my-api': 'myApi', api_v2: 'apiV2', 'a.b c--d_': 'aBCD', X: 'X'}
    for (const [folder, app] of Object.entries(names)) expect(appOfFolder(`/a/b/${folder}`)).to.deep.equal({app})
    const refused = [
      '2fast',
      '-',
      'my-aws-thing',
      'x'.repeat(21),
      'sm\u00F8rrebr\u00F8d',
      '__proto__2!',
      'a$b',
      '1',
      '..',
    ]
    for (const folder of refused) expect(appOfFolder(`/a/b/${folder}`), folder).to.have.property('fault')
    expect(appOfFolder('/'), 'the root').to.have.property('fault')
  })

  it('refuse equal regions, regions without global databases, and other partitions', () => {
    expect(awayFault('us-east-1', 'us-east-1')).to.match(/differ from the home region/)
    expect(regionFault('ap-southeast-6'))
      .to.include(REGIONS_DATE)
      .and.include('User Guide')
      .and.include('--allow-unlisted')
    expect(regionFault('ap-southeast-6', {allowUnlisted: true})).to.equal(undefined)
    expect(awayFault('cn-north-1', 'us-east-1', {allowUnlisted: true})).to.match(/aws-cn/)
    expect(regionFault('us-gov-west-1')).to.match(/aws-us-gov/)
    expect(regionFault('mars')).to.match(/AWS region name/)
  })

  it('refuse capacities that Aurora does not offer', () => {
    expect(capacityFault({min: 0.5, max: 1})).to.equal(undefined)
    for (const [min, max] of [
      [0, 8],
      [0.7, 8],
      [4, 2],
      [0.5, 0.5],
      [1, 257],
      [Number.NaN, 8],
    ] as const)
      expect(capacityFault({min, max}), `${min} ${max}`).to.be.a('string')
  })

  it('name the flag, and what to type', () => {
    const error = refusal({away: DEFAULTS.home})
    expect(error).to.include({code: 'InvalidSetting', exit: 'usage', next: 'todo-dr init --away ...'})
    expect(error.message).to.include(DEFAULTS.home)
    expect(refusal({account: '123'}).message).to.match(/twelve/)
    expect(refusal({alarmEmail: 'nobody'}).message).to.match(/mail/)
    expect(refusal({instances: 0}).message).to.match(/1 to 4/)
  })

  it('take routes that clients can be sent by, in order, and a name that can be a CNAME of its zone', () => {
    const named = {routes: ['route53' as const], domain: 'api.example.com'}
    for (const settings of [
      named,
      {...named, routes: ['route53', 'command'] as const},
      {...named, hostedZone: 'example.com'},
      {...named, hostedZone: 'Z1D633PJN98FT9'},
      {routes: ['command', 'keyvaluestore'] as const},
      {routes: ['origin'] as const},
    ])
      checkSettings({...DEFAULTS, ...settings, routes: [...settings.routes]})
    const WRONG: [Partial<Settings>, RegExp][] = [
      [{routes: ['route53', 'keyvaluestore'], domain: 'api.example.com'}, /--route: .*different clients/],
      [{routes: ['origin', 'keyvaluestore']}, /--route: .*no effect/],
      [{routes: ['origin', 'origin']}, /--route: .*twice/],
      [{routes: ['command'], pipeline: 'failover'}, /--route: .*--pipeline/],
      [{routes: ['route53']}, /--domain: is required/],
      [{domain: 'api.example.com'}, /--domain: .*route53 alone/],
      [{hostedZone: 'example.com'}, /--hosted-zone: .*route53 alone/],
      [{...named, domain: 'example.com'}, /--domain: .*below that of a hosted zone/],
      [{...named, hostedZone: 'example.net'}, /--hosted-zone: .*not the zone of api\.example\.com/],
      [{...named, hostedZone: 'ZONE!'}, /--hosted-zone: .*id or the name/],
    ]
    for (const [settings, said] of WRONG) expect(refusal(settings).message, JSON.stringify(settings)).to.match(said)
  })

  it('take the domains that the template takes', () => {
    for (const domain of ['api.example.com', 'a-b.c.co.uk', 'example.com', 'A.example.com', '-a.example.com', 'a.b.1'])
      expect(domainFault(domain) === undefined, domain).to.equal(
        (() => {
          try {
            loadConfig((key) => ({route: 'route53', domain, hostedZone: 'Z1'})[key as string])
            return true
          } catch {
            return false
          }
        })(),
      )
  })
})
