import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {loadConfig} from '../../src/config/load.js'
import {parseConfig} from '../../src/config/parse.js'
import {DrError} from '../../src/errors.js'

const invalid = (text: string): DrError => {
  try {
    parseConfig('todo-dr.yaml', text)
  } catch (error) {
    expect(error).to.be.instanceOf(DrError).and.include({code: 'ConfigInvalid', exit: 'usage'})
    return error as DrError
  }

  throw new Error('it was taken')
}

const TARGET = `targets:
  prod:
    app: ToDoMgmt
    regions: {home: us-east-1, away: us-east-2}
`

const CONTROL = 'arn:aws:route53-recovery-control::111122223333:controlpanel/0a/routingcontrol/1b'

const routingControls = ({away = `${CONTROL}2`} = {}): string =>
  `{kind: route53, via: routing-controls, url: "https://a.example.com", hostedZoneId: Z1, name: a.example.com, routingControls: {us-east-1: "${CONTROL}", us-east-2: "${away}"}, clusterEndpoints: [{region: us-west-2, url: "https://a.example.com/v1"}]}`

describe('todo-dr.yaml', () => {
  it('is taken with the least that it must say', () => {
    expect(parseConfig('todo-dr.yaml', TARGET).targets).to.deep.equal({
      prod: {app: 'ToDoMgmt', regions: {home: 'us-east-1', away: 'us-east-2'}},
    })
    expect(parseConfig('todo-dr.yaml', '')).to.deep.equal({infra: 'infra', targets: {}})
  })

  it('field report 16: takes a region that AWS has added since, where it says so', () => {
    const text = `${TARGET.replace('us-east-2', 'us-east-9')}    allowUnlistedRegion: true\n`
    expect(parseConfig('todo-dr.yaml', text).targets.prod!.regions.away).to.equal('us-east-9')
  })

  it('names another route, of a target and of every lab', () => {
    const {targets, lab} = parseConfig(
      'todo-dr.yaml',
      `${TARGET}    route: {kind: origin}\nlab:\n  route: {kind: command, command: [./route.sh]}\n`,
    )
    expect(targets.prod!.route).to.deep.equal({kind: 'origin'})
    const command = {kind: 'command', command: ['./route.sh'], timeoutSeconds: 30, answersInARow: 3}
    expect(lab?.route).to.deep.equal(command)
  })

  it('names several routes, in order of preference', () => {
    const {lab} = parseConfig(
      'todo-dr.yaml',
      'lab:\n  route: [{kind: origin, url: "https://a.example"}, {kind: command, command: [./b.sh]}]\n',
    )
    expect([lab!.route].flat().map((route) => route!.kind)).to.deep.equal(['origin', 'command'])
  })

  it('gives the route that was deployed a place in a list', () => {
    const text = 'lab:\n  route: [{kind: command, command: [./a.sh]}, {kind: deployed}]\n'
    expect([parseConfig('todo-dr.yaml', text).lab!.route].flat().map((route) => route!.kind)).to.deep.equal([
      'command',
      'deployed',
    ])
  })

  it('names a route by Route 53, with the time that its way takes', () => {
    const text =
      'lab:\n  route: {kind: route53, url: "https://api.example.com/prod", hostedZoneId: Z1, name: api.example.com}\n'
    expect(parseConfig('todo-dr.yaml', text).lab!.route).to.include({via: 'data-plane', steerSeconds: 300})
    const control = text.replace('route53,', 'route53, via: control-plane,')
    expect(parseConfig('todo-dr.yaml', control).lab!.route).to.include({via: 'control-plane', steerSeconds: 120})
  })

  it('names a route by routing controls, with their cluster', () => {
    const {route} = parseConfig('todo-dr.yaml', `${TARGET}    route: ${routingControls()}\n`).targets.prod!
    expect(route).to.deep.include({via: 'routing-controls', steerSeconds: 300})
    expect(route).to.have.deep.property('clusterEndpoints', [{region: 'us-west-2', url: 'https://a.example.com/v1'}])
  })

  it('is taken as `init` writes it', () => {
    const sample = readFileSync(new URL('../../templates/todo-dr.yaml', import.meta.url), 'utf8')
    expect(parseConfig('todo-dr.yaml', sample)).to.have.property('defaultTarget', 'staging')
  })

  const MISTAKES: [what: string, text: string, message: string][] = [
    [
      'a route of no kind that there is',
      `${TARGET}    route: {kind: dns}\n`,
      'todo-dr.yaml:5:13: targets.prod.route.kind: Invalid discriminator value',
    ],
    [
      'a distribution without its address',
      `${TARGET}    route: {kind: origin, distributionId: E1}\n`,
      'todo-dr.yaml:5:5: targets.prod.route.url: must be given beside distributionId',
    ],
    [
      'a route of a list',
      `${TARGET}    route:\n      - {kind: origin}\n      - {kind: command, command: []}\n`,
      'todo-dr.yaml:7:25: targets.prod.route.1.command: Too small',
    ],
    [
      'a second address in a list of routes',
      `${TARGET}    route:\n      - {kind: origin, url: "https://a.example"}\n      - {kind: origin, url: "https://b.example"}\n`,
      'todo-dr.yaml:7:24: targets.prod.route.1.url: must be https://a.example as above',
    ],
    [
      'a name that is not the address of clients',
      `${TARGET}    route: {kind: route53, url: "https://b.example.com", hostedZoneId: Z1, name: a.example.com}\n`,
      'todo-dr.yaml:5:28: targets.prod.route.url: must be an address with the host that name gives',
    ],
    [
      'a hosted zone that is none',
      `${TARGET}    route: {kind: route53, url: "https://a.example.com", hostedZoneId: a.example.com, name: a.example.com}\n`,
      'todo-dr.yaml:5:58: targets.prod.route.hostedZoneId: must be the id of a hosted zone',
    ],
    [
      'routing controls without their cluster',
      `${TARGET}    route: ${routingControls().replace(/, clusterEndpoints: .*]/, '')}\n`,
      'todo-dr.yaml:5:5: targets.prod.route.clusterEndpoints: must be given with via: routing-controls: they are not looked up on the night',
    ],
    [
      'a cluster without endpoints',
      `${TARGET}    route: ${routingControls().replace(/(clusterEndpoints): .*]/, '$1: []')}\n`,
      'todo-dr.yaml:5:330: targets.prod.route.clusterEndpoints: Too small',
    ],
    [
      'no routing control',
      `${TARGET}    route: ${routingControls({away: 'arn:aws:iam::111122223333:role/a'})}\n`,
      'todo-dr.yaml:5:233: targets.prod.route.routingControls.us-east-2: must be the ARN of a routing control',
    ],
    [
      'one routing control for both regions',
      `${TARGET}    route: ${routingControls({away: CONTROL})}\n`,
      'todo-dr.yaml:5:120: targets.prod.route.routingControls: must name another routing control for each region',
    ],
    [
      'routing controls of another way',
      `${TARGET}    route: ${routingControls().replace('via: routing-controls', 'via: control-plane')}\n`,
      'todo-dr.yaml:5:117: targets.prod.route.routingControls: is for via: routing-controls',
    ],
    ['an empty list of routes', `${TARGET}    route: []\n`, 'todo-dr.yaml:5:5: targets.prod.route: Too small'],
    ['a route that is a text', `${TARGET}    route: dns\n`, 'todo-dr.yaml:5:5: targets.prod.route: Invalid input'],
    ['an unknown key', `${TARGET}    profil: x\n`, 'todo-dr.yaml:5:5: targets.prod.profil: unknown key'],
    ['an unknown key at the top', `${TARGET}target: prod\n`, 'todo-dr.yaml:5:1: target: unknown key'],
    [
      'a wrong type',
      TARGET.replace('ToDoMgmt', '12'),
      'todo-dr.yaml:3:5: targets.prod.app: Invalid input: expected string',
    ],
    ['a missing key', 'targets:\n  prod:\n    app: A\n', 'todo-dr.yaml:2:3: targets.prod.regions: is missing'],
    [
      'no region',
      TARGET.replace('us-east-2', 'Ohio'),
      'todo-dr.yaml:4:32: targets.prod.regions.away: must be an AWS region name',
    ],
    [
      'field report 16: a region that does not exist',
      TARGET.replace('us-east-2', 'us-east-9'),
      'todo-dr.yaml:4:32: targets.prod.regions.away: us-east-9 is not an AWS region',
    ],
    ['a key twice', `${TARGET}    profile: a\n    profile: b\n`, 'todo-dr.yaml:6:5: profile: is given twice'],
    [
      'the same region twice',
      TARGET.replace('us-east-2', 'us-east-1'),
      'todo-dr.yaml:4:32: targets.prod.regions.away: must differ from the home region',
    ],
    [
      'a default that is not there',
      `defaultTarget: stage\n${TARGET}`,
      'todo-dr.yaml:1:1: defaultTarget: is not a target in this file',
    ],
    [
      'a target named lab',
      TARGET.replace('prod', 'lab'),
      'todo-dr.yaml:2:3: targets.lab: this name is reserved for labs',
    ],
    [
      'a negative objective',
      `${TARGET}    objectives: {rtoSeconds: -1}\n`,
      'todo-dr.yaml:5:18: targets.prod.objectives.rtoSeconds:',
    ],
    ['broken YAML', 'targets: [\n', 'todo-dr.yaml:2:1: '],
    ['a list', '- a\n', 'todo-dr.yaml:1:1: Invalid input: expected object'],
  ]

  for (const [what, text, message] of MISTAKES) {
    it(`names line, column and key of ${what}`, () => {
      expect(invalid(text).message).to.satisfy(
        (said: string) => said.startsWith(message),
        `${invalid(text).message}\n${message}`,
      )
    })
  }

  it('names all mistakes at once, in the order of the file', () => {
    const {message, next} = invalid(
      `${TARGET.replace('ToDoMgmt', '12').replace('us-east-2', 'Ohio')}    profil: x\n    rtoSecond: 1\n`,
    )
    expect(message.replace(/^.*todo-dr/, 'todo-dr')).to.equal(
      'todo-dr.yaml:3:5: targets.prod.app: Invalid input: expected string, received number; ' +
        '4:32: targets.prod.regions.away: must be an AWS region name, such as us-east-1; ' +
        '5:5: targets.prod.profil: unknown key; 6:5: targets.prod.rtoSecond: unknown key',
    )
    expect(next).to.match(/^fix lines 3, 4, 5, 6 of /)
    const many = Array.from({length: 30}, (_, index) => `k${index}: 1\n`).join('')
    expect(invalid(`${TARGET}${many}`).message).to.match(/; and 20 more$/)
  })

  describe('field report 19: what nobody wrote by hand', () => {
    let folder: string
    let file: string
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 12; level++)
      bomb.push(`a${level}: &a${level} [${Array.from({length: 10}, () => `*a${level - 1}`).join(', ')}]`)
    const target = (index: number): string => `  t${index}: {app: A, regions: {home: us-east-1, away: us-east-2}}\n`
    const texts: Record<string, () => string> = {
      '200,000 targets': () => `targets:\n${Array.from({length: 200_000}, (_, index) => target(index)).join('')}`,
      'as many keys as fit': () => Array.from({length: 14_000}, (_, index) => `k${index}: 1\n`).join(''),
      'aliases of aliases': () => bomb.join('\n'),
      'lists in lists': () => `targets: ${'['.repeat(60_000)}${']'.repeat(60_000)}`,
      'maps in maps': () => `targets: ${'{a: '.repeat(30_000)}`,
      'thousands of mistakes': () => `targets: ${'!a '.repeat(40_000)}`,
      'bytes that are no text': () => Buffer.from(Array.from({length: 60_000}, (_, index) => index % 251)).toString(),
    }

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'todo-dr-hostile-'))
      file = join(folder, 'todo-dr.yaml')
    })

    afterEach(() => rmSync(file, {recursive: true, force: true}))

    after(() => rmSync(folder, {recursive: true}))

    const refused = async (): Promise<DrError> => {
      const began = process.cpuUsage()
      const error = await loadConfig(folder).then(
        () => undefined,
        (error_: unknown) => error_,
      )
      // Of the processor. The slowest needs 4 s on a busy machine; what grows faster than its text would need minutes.
      const {user, system} = process.cpuUsage(began)
      expect((user + system) / 1e6, 'seconds').to.be.below(20)
      expect(error).to.include({code: 'ConfigInvalid', exit: 'usage'})
      expect((error as DrError).message)
        .to.contain('todo-dr.yaml')
        .and.not.match(/call stack|Excessive/)
      return error as DrError
    }

    for (const [what, text] of Object.entries(texts)) {
      it(`${what} are refused, soon and in words`, async function () {
        this.timeout(30_000)
        writeFileSync(file, text())
        const {message} = await refused()
        // What fits is read, and refused for what it is.
        expect(message.includes('longer than'), message).to.equal(what === '200,000 targets')
      })
    }

    const places: Record<string, () => void> = {
      'a folder': () => mkdirSync(file),
      'a pipe': () => execFileSync('mkfifo', [file]),
      'a device without an end': () => symlinkSync('/dev/zero', file),
    }
    for (const [what, make] of Object.entries(places)) {
      it(`${what} in its place is refused`, async () => {
        make()
        expect((await refused()).message).to.contain('it is not a file')
      })
    }
  })

  describe('its search', () => {
    let folder: string

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'todo-dr-config-'))
      mkdirSync(join(folder, 'a/b'), {recursive: true})
      writeFileSync(join(folder, 'todo-dr.yaml'), TARGET)
    })

    after(() => rmSync(folder, {recursive: true}))

    it('goes upward', async () => {
      expect((await loadConfig(join(folder, 'a/b')))?.file).to.equal(join(folder, 'todo-dr.yaml'))
    })

    it('takes the nearest', async () => {
      writeFileSync(join(folder, 'a/todo-dr.yaml'), 'defaultTarget: lab\n')
      expect((await loadConfig(join(folder, 'a/b')))?.config).to.deep.equal({
        defaultTarget: 'lab',
        infra: 'infra',
        targets: {},
      })
    })
  })
})
