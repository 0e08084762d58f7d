import {expect} from 'chai'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'
import {variants} from '../../../infra-template/check/variants.js'
import {namesOf, loadConfig} from '../../../infra-template/lib/config.js'
import type {Config} from '../../../infra-template/lib/config.js'
import {fsProjects} from '../../../src/adapters/fs/projects.js'
import {parseConfig} from '../../../src/config/parse.js'
import {estimate} from '../../../src/actions/init/cost.js'
import {projectFiles} from '../../../src/actions/init/files.js'
import {hasProxy, WITH_PROXY, WITHOUT_PROXY} from '../../../src/model/zones.js'
import {fill} from '../../../src/actions/init/fill.js'
import {footprintsOf} from '../../../src/actions/init/footprint.js'
import {projectNames} from '../../../src/actions/init/names.js'
import {PIPELINES} from '../../../src/actions/init/pipelines.js'
import type {PipelineChoice} from '../../../src/actions/init/pipelines.js'
import {ROUTES} from '../../../src/actions/init/routes.js'
import type {RouteName} from '../../../src/actions/init/routes.js'
import {checkSettings, DEFAULTS, SAMPLE_REGIONS} from '../../../src/actions/init/settings.js'
import type {Settings} from '../../../src/actions/init/result.js'
import type {Shipped} from '../../../src/ports/projects.js'
import {ROOT} from '../../support/cli.js'
import {golden} from '../../support/golden.js'

interface Manifest {
  name: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** In their order, and the empty one. */
function subsets([first, ...rest]: readonly RouteName[]): RouteName[][] {
  if (first === undefined) return [[]]
  const without = subsets(rest)
  return [...without, ...without.map((routes) => [first, ...routes])]
}

function isAccepted(settings: Settings): boolean {
  try {
    checkSettings(settings)
    return true
  } catch {
    return false
  }
}

describe('the files of a new project', () => {
  let shipped: Shipped
  const make = (settings: Partial<Settings> = {}): Map<string, string> => {
    const all = {...DEFAULTS, ...settings}
    const footprints = footprintsOf(shipped.stacks)
    const {home, away} = SAMPLE_REGIONS
    const cost = estimate(all, {home: footprints[home]!, away: footprints[away]!})
    return new Map(projectFiles(all, shipped, cost).map(({path, text}) => [path, text]))
  }

  before(async () => {
    shipped = await fsProjects.shipped()
  })

  it('are these', () => {
    golden('init/files.txt', `${[...make().keys()].join('\n')}\n`)
  })

  it('have a configuration that the program reads', () => {
    const text = make({account: '123456789012', profile: 'ops: "prod"', app: 'shop', rpoSeconds: 0}).get(
      'todo-dr.yaml',
    )!
    const config = parseConfig('todo-dr.yaml', text)
    expect(config.targets[config.defaultTarget!]).to.deep.include({
      app: 'shop',
      account: '123456789012',
      profile: 'ops: "prod"',
      regions: {home: 'us-east-2', away: 'us-west-2'},
      objectives: {rtoSeconds: 900, rpoSeconds: 0},
    })
    expect(config).to.include({infra: 'infra'})
    expect(text).to.match(/^# yaml-language-server: \$schema=\.\/\.todo-dr\.schema\.json/)
    expect(JSON.parse(make().get('.todo-dr.schema.json')!).title).to.equal('todo-dr.yaml')
  })

  it('field report 16: say of a region that AWS has added since that it may be one, and of no other', () => {
    const {targets} = parseConfig('todo-dr.yaml', make({away: 'eu-west-9'}).get('todo-dr.yaml')!)
    expect(targets.aws).to.deep.include({allowUnlistedRegion: true, regions: {home: 'us-east-2', away: 'eu-west-9'}})
    expect(make().get('todo-dr.yaml')).not.to.contain('allowUnlistedRegion')
  })

  it('have the pipelines that were asked for', () => {
    const connection = 'arn:aws:codeconnections:us-east-2:123456789012:connection/0a1b'
    const of = (settings: Partial<Settings>) => {
      const files = make(settings)
      const {pipeline, delivery} = JSON.parse(files.get('infra/config.json')!) as Record<string, unknown>
      return {pipeline, delivery, script: files.has('local_codecommit_setup.sh')}
    }
    expect(of({})).to.deep.equal({pipeline: undefined, delivery: undefined, script: false})
    expect(of({pipeline: 'failover'})).to.deep.equal({pipeline: 'failover', delivery: undefined, script: false})
    expect(of({pipeline: 'codecommit'})).to.deep.equal({
      pipeline: 'failover',
      delivery: {source: 'codecommit'},
      script: true,
    })
    expect(of({pipeline: 'connection', connection, repository: 'me/shop'})).to.deep.equal({
      pipeline: 'failover',
      delivery: {source: 'connection', connection, repository: 'me/shop'},
      script: false,
    })
  })

  it('have a template that the check examines, whatever the route and the pipelines', () => {
    const connection = 'arn:aws:codeconnections:us-east-2:123456789012:connection/0a1b'
    const choices = subsets(ROUTES).flatMap((routes) =>
      (Object.keys(PIPELINES) as PipelineChoice[]).map((pipeline): Settings => ({
        ...DEFAULTS,
        routes,
        pipeline,
        ...(routes.includes('route53') && {domain: 'api.example.com'}),
        ...(pipeline === 'connection' && {connection, repository: 'me/shop'}),
      })),
    )
    const accepted = choices.filter((settings) => settings.routes.length > 0 && isAccepted(settings))
    for (const route of ROUTES) expect(accepted.map(({routes}) => routes)).to.deep.include([route])
    const formOf = ({route, pipeline = 'none', delivery}: Partial<Config>): string =>
      [route, pipeline, delivery?.source ?? ''].join(' ')
    const examined = variants().map((config) => formOf(config))
    const made = new Set<string>()
    for (const settings of accepted) {
      const own = JSON.parse(make(settings).get('infra/config.json')!) as Partial<Config>
      made.add(formOf(own))
      // The project's own check reads this file.
      const read = variants((override) => loadConfig((key) => override(key) ?? own[key]))
      expect(read.map((config) => formOf(config))).to.deep.equal(examined)
    }

    expect([...made]).to.have.members(examined)
  })

  it("have the template's configuration, with what was asked for", () => {
    const config = JSON.parse(
      make({home: 'eu-west-1', away: 'eu-central-1', protect: true, alarmEmail: 'a@b.example'}).get(
        'infra/config.json',
      )!,
    ) as Record<string, unknown>
    expect(config).to.deep.equal({
      app: 'ToDoMgmt',
      account: '000000000000',
      home: 'eu-west-1',
      away: 'eu-central-1',
      protect: true,
      capacity: {min: 0.5, max: 8},
      instances: 2,
      alarmEmail: 'a@b.example',
      lockToEdge: false,
      route: 'keyvaluestore',
    })
  })

  it('say how clients are sent to a region, to the template and, of a program, in todo-dr.yaml', () => {
    const made = (settings: Partial<Settings>) => {
      const files = make(settings)
      const {targets} = parseConfig('todo-dr.yaml', files.get('todo-dr.yaml')!)
      const config = JSON.parse(files.get('infra/config.json')!) as Record<string, unknown>
      const routes = [targets.aws!.route ?? []].flat().map(({kind}) => kind)
      return {routes, config, program: files.get('route.sh'), runbook: files.get('RUNBOOK.md')!}
    }

    const named = made({routes: ['route53'], domain: 'api.example.com', hostedZone: 'example.com'})
    expect(named.config).to.include({route: 'route53', domain: 'api.example.com', hostedZone: 'example.com'})
    expect([named.routes, named.program]).to.deep.equal([[], undefined])
    expect(named.runbook).to.contain('Clients are steered by a metric in us-west-2')
    const listed = made({routes: ['command', 'origin']})
    expect(listed.config).to.include({route: 'origin'}).and.not.have.any.keys('domain', 'hostedZone')
    expect(listed.routes).to.deep.equal(['command', 'deployed'])
    expect(listed.program).to.match(/^#!/)
    expect(listed.runbook).to.contain('control plane of CloudFront').and.contain('`route.sh`')
    const program = made({routes: ['command']})
    expect([program.routes, program.config.route]).to.deep.equal([['command'], 'keyvaluestore'])
  })

  it('aws 14: take zones that have RDS Proxy, where a region has others', () => {
    const zonesOf = (settings: Parameters<typeof make>[0]): unknown =>
      (JSON.parse(make(settings).get('infra/config.json')!) as {zones?: unknown}).zones
    expect(zonesOf({home: 'us-west-1', away: 'us-west-2'})).to.deep.equal({'us-west-1': ['usw1-az1', 'usw1-az3']})
    expect(zonesOf({home: 'us-east-2', away: 'us-east-1'})).to.deep.equal({'us-east-1': ['use1-az1', 'use1-az2']})
    const all = Object.values(WITH_PROXY).flat()
    expect(all.filter((id) => !hasProxy(id))).to.deep.equal([])
    // Each region of a zone without it has its two.
    expect(WITHOUT_PROXY.map((id) => id.split('-')[0])).to.have.members(
      Object.values(WITH_PROXY).map(([id]) => id.split('-')[0]),
    )
  })

  it('leave the workflow out where nobody wants it', () => {
    expect(make({workflow: false}).has('.github/workflows/drill.yml')).to.equal(false)
  })

  it('have a workflow of pinned actions, whose shell has nothing of its inputs in it', () => {
    const text = make().get('.github/workflows/drill.yml')!
    const {steps} = parse(text).jobs.drill as {steps: {uses?: string; run?: string}[]}
    for (const {uses} of steps) if (uses) expect(uses).to.match(/@[\da-f]{40}$/)
    for (const {run} of steps) if (run) expect(run).not.to.include('${{')
    expect(text).to.include('TODO_DR_PACKAGE is not set')
  })

  it('field report 23: have a workflow that rehearses this project, and installs what that takes before', () => {
    const files = make()
    const {steps} = parse(files.get('.github/workflows/drill.yml')!).jobs.drill as {
      steps: {run?: string; 'working-directory'?: string}[]
    }
    const install = steps.findIndex((step) => step.run?.startsWith('npm ci') && step['working-directory'] === 'infra')
    const drill = steps.findIndex(({run}) => run?.includes('todo-dr drill'))
    expect(install).to.be.within(0, drill)
    expect(steps[drill]!.run).not.to.include('--sample')
    // In the folder with todo-dr.yaml, which names that project.
    expect(steps[drill]).not.to.have.property('working-directory')
    expect((parse(files.get('todo-dr.yaml')!) as {infra?: string}).infra ?? 'infra').to.equal('infra')
    for (const file of ['infra/cdk.json', 'infra/package-lock.json']) expect([...files.keys()], file).to.include(file)
  })

  it('name things as the template does', () => {
    const config = {...loadConfig(() => undefined), app: 'MyShop'}
    const [ours, theirs] = [projectNames('MyShop'), namesOf(config)]
    for (const key of ['lower', 'globalCluster', 'mapParameter', 'edgeStack'] as const)
      expect(ours[key], key).to.equal(theirs[key])
    for (const key of ['cluster', 'proxy'] as const) expect(ours[key]('r'), key).to.equal(theirs[key]('r'))
    expect(ours.fn('r', 'UpsertToDos')).to.equal(theirs.fn('r', 'UpsertToDos'))
    expect(ours.stack('data', 'r')).to.equal(theirs.stack('data', 'r'))
  })

  it('have a runbook of commands that exist, for this deployment', () => {
    const text = make({app: 'shop', home: 'eu-west-1', away: 'eu-west-2'}).get('RUNBOOK.md')!
    const commands = (readdirSync(join(ROOT, 'src/commands'), {recursive: true}) as string[]).map((file) =>
      file.replace(/\.ts$/, ''),
    )
    const named = [...text.matchAll(/todo-dr ([a-z]+)/g)].map((match) => match[1]!)
    expect(named.length).to.be.greaterThan(15)
    for (const name of named)
      expect(
        [...commands].some((id) => id === name || id.startsWith(`${name}:`)),
        name,
      ).to.equal(true)
    expect(text).to.include('failover --to eu-west-2 --allow-data-loss --confirm shop').and.include('shop-eu-west-2')
    expect(text).not.to.match(/\{\{|undefined|us-east-2/)
  })

  it('defect 36: pin every tool exactly, by a lockfile that says the same and names no registry', () => {
    const files = make({app: 'Shop'})
    const manifest = JSON.parse(files.get('infra/package.json')!) as Manifest
    const lock = JSON.parse(files.get('infra/package-lock.json')!) as {
      name: string
      packages: Record<string, Manifest & {version: string; integrity?: string; resolved?: string}>
    }
    expect([manifest.name, lock.name, lock.packages['']!.name]).to.deep.equal([
      'shop-infra',
      'shop-infra',
      'shop-infra',
    ])
    const wanted = {...manifest.dependencies, ...manifest.devDependencies}
    expect({...lock.packages['']!.dependencies, ...lock.packages['']!.devDependencies}).to.deep.equal(wanted)
    for (const [name, version] of Object.entries(wanted)) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/)
      expect(lock.packages[`node_modules/${name}`]?.version, name).to.equal(version)
    }

    for (const [path, one] of Object.entries(lock.packages)) {
      expect(one.resolved, path).to.equal(undefined)
      if (path !== '' && !('link' in one) && !('inBundle' in one)) expect(one.integrity, path).to.match(/^sha512-/)
    }

    expect(Object.keys(wanted)).not.to.include('todo-dr')
  })

  it('defect 40: bring tests of their own', () => {
    const {scripts} = JSON.parse(make().get('infra/package.json')!) as {scripts: Record<string, string>}
    expect(scripts.test).to.include('--test test/*.test.ts')
    expect([...make().keys()].filter((path) => /^infra\/test\/.*\.test\.ts$/.test(path))).not.to.deep.equal([])
  })
})

describe('fill', () => {
  it('puts values in, and takes lines away whose only place is empty', () => {
    expect(fill('a {{x}} b\n  {{y}}\nc {{y}}', {x: '1', y: ''})).to.equal('a 1 b\nc ')
    expect(() => fill('{{z}}', {})).to.throw('{{z}}')
  })
})
