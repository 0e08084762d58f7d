import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ENGINE_VERSION, examine} from '../../../src/actions/doctor/examine.js'
import {exitOf} from '../../../src/model/finding.js'
import {
  judgeAccount,
  judgeBootstrap,
  judgeClock,
  judgeConcurrency,
  judgeCredentials,
  judgeEngine,
  judgeProxies,
  judgeReach,
  judgeRoute,
  judgeVpcs,
  judgeZones,
  LEAST_BOOTSTRAP,
} from '../../../src/actions/doctor/judge-aws.js'
import {
  judgeCapacity,
  judgeDatabase,
  judgeDisk,
  judgeNode,
  judgeNpm,
  judgeProject,
} from '../../../src/actions/doctor/judge-machine.js'
import type {Asked, Bootstrap, Checkup, MachineState, Reached} from '../../../src/ports/checkup.js'
import {findingLines} from '../../../src/render/findings.js'
import {ROOT} from '../../support/cli.js'
import {golden} from '../../support/golden.js'

const known = <T>(value: T): Asked<T> => ({known: true, value})
const silent = {known: false, code: 'Unreachable', why: 'sts got no answer'} as const
const reached = (offsetMs: number): Asked<Reached> => known({latencyMs: 80, offsetMs})
const WELL: MachineState = {
  node: 'v22.1.0',
  npm: '10.9.0',
  unwritable: [],
  free: 50 * 2 ** 30,
  database: {kind: 'found', where: '/usr/sbin/mariadbd'},
  project: {folder: '/demo/infra', found: true, astray: [], unpinned: [], lockfile: true, engineVersion: '8.0.x'},
}
const ACCOUNT = '123456789012'

describe('the judgements of doctor', () => {
  it('on Node and npm', () => {
    expect(judgeNode('v20.18.3')).to.include({level: 'problem'})
    expect(judgeNode('v20.19.0')).to.deep.equal({
      level: 'warning',
      text: 'Node.js v20.19.0 still works, but Node.js 20 is past its end of life (April 2026)',
      remedy: 'install the current LTS of Node.js',
    })
    expect(judgeNode('v22.12.0').level).to.equal('ok')
    expect(judgeNode('v24.0.0').level).to.equal('ok')
    expect(judgeNpm({...WELL, npm: undefined}).level).to.equal('problem')
  })

  it('on a route, of which it says no more than was tried', () => {
    expect(judgeRoute({serving: 'r', isWritten: true}).text).to.match(/written again/)
    expect(judgeRoute({serving: 'r', isWritten: false}).text).to.match(/was not tried/)
    expect(judgeRoute(null)).to.include({level: 'ok', text: 'nothing is deployed'})
  })

  it('on disk and the lab’s database', () => {
    expect(judgeDisk(WELL).level).to.equal('ok')
    expect(judgeDisk({...WELL, free: 1}).level).to.equal('warning')
    expect(judgeDisk({...WELL, unwritable: ['EROFS: /x']})).to.deep.include({level: 'problem'})
    expect(judgeDatabase({...WELL, database: undefined}).remedy).to.include('mariadb-server-core')
    expect(judgeDatabase({...WELL, database: {kind: 'apt', where: '/usr/bin/apt-get'}}).level).to.equal('ok')
  })

  it('defect 36: on a project that is not what its lockfile pins', () => {
    const judge = (project: Partial<NonNullable<MachineState['project']>>) =>
      judgeProject({...WELL, project: {...WELL.project!, ...project}}).level
    expect(judge({})).to.equal('ok')
    expect(judge({astray: ['aws-cdk-lib 2.1.0']})).to.equal('problem')
    expect(judge({found: false})).to.equal('problem')
    expect(judge({lockfile: false})).to.equal('warning')
    expect(judge({unpinned: ['tsx']})).to.equal('warning')
    expect(judgeProject({...WELL, project: undefined}).remedy).to.include('todo-dr init')
  })

  it('on the clock, by the offset that is nearest to none', () => {
    expect(judgeClock([reached(200), reached(-700)]).level).to.equal('ok')
    expect(judgeClock([reached(1500), silent])).to.include({level: 'warning', text: 'this clock is 1.5 s behind'})
    expect(judgeClock([reached(-301_000), reached(-300_500)]).level).to.equal('problem')
    expect(judgeClock([silent, silent]).level).to.equal('unknown')
  })

  it('on regions that do not answer, or late', () => {
    expect(judgeReach('r', silent).level).to.equal('problem')
    expect(judgeReach('r', known({latencyMs: 1500, offsetMs: 0})).level).to.equal('warning')
  })

  it('on credentials: none, and those that are lost with home', () => {
    const identity = {account: ACCOUNT, arn: 'arn:aws:iam::1:user/x', source: 'IAM Identity Center'}
    expect(judgeCredentials(known({...identity, signInRegion: 'us-east-1'}), 'us-east-1')).to.include({
      level: 'warning',
    })
    expect(judgeCredentials(known({...identity, signInRegion: 'eu-west-1'}), 'us-east-1').level).to.equal('ok')
    const none = {known: false, code: 'CredentialsProviderError', why: 'missing', next: 'aws sso login'} as const
    expect(judgeCredentials(none, 'us-east-1')).to.include({level: 'problem', remedy: 'aws sso login'})
    expect(judgeCredentials(silent, 'us-east-1').level).to.equal('unknown')
  })

  it('on the account', () => {
    expect(judgeAccount(ACCOUNT, ACCOUNT).level).to.equal('ok')
    expect(judgeAccount(ACCOUNT, '999999999999').level).to.equal('problem')
    expect(judgeAccount(ACCOUNT, undefined).level).to.equal('warning')
  })

  it('on a bootstrap, and on every way in which one is half there', () => {
    const judge = (bootstrap: Partial<Bootstrap>) =>
      judgeBootstrap({version: 30, stack: 'CREATE_COMPLETE', bucket: true, ...bootstrap}, 'us-east-1', ACCOUNT)
    expect(judge({}).level).to.equal('ok')
    expect(judge({version: null, stack: null, bucket: false})).to.include({level: 'warning', text: 'not bootstrapped'})
    const left = judge({version: null, stack: null})
    expect(left.level).to.equal('problem')
    expect(left.remedy).to.include(`aws s3 rb --force s3://cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`)
    for (const stack of ['ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED']) {
      expect(judge({stack}).level, stack).to.equal('problem')
      expect(judge({stack}).remedy, stack).to.include('delete-stack').and.include('cdk bootstrap')
    }

    expect(judge({stack: 'UPDATE_IN_PROGRESS'}).level).to.equal('unknown')
    expect(judge({version: null}).level).to.equal('problem')
    expect(judge({version: LEAST_BOOTSTRAP - 1}).level).to.equal('problem')
    expect(judge({bucket: false}).level).to.equal('problem')
    expect(judge({stack: null}).level).to.equal('warning')
  })

  it('on the VPC quota: only where ours does not stand yet', () => {
    expect(judgeVpcs({count: 4, own: 0, quota: 5}, 'r').level).to.equal('ok')
    expect(judgeVpcs({count: 5, own: 1, quota: 5}, 'r').level).to.equal('ok')
    expect(judgeVpcs({count: 5, own: 0, quota: 5}, 'r').remedy).to.include('L-F678F1CE --desired-value 6')
  })

  it('aws 14: on the proxies of the account, and the concurrency of its functions in both regions', () => {
    expect(judgeZones(['use2-az1', 'use2-az2'], 'r')).to.include({
      level: 'ok',
      text: '2 availability zones with RDS Proxy',
    })
    expect(judgeZones(['use1-az1', 'use1-az3', 'use1-az4'], 'r')).to.include({
      level: 'ok',
      text: '2 availability zones with RDS Proxy; without: use1-az3',
    })
    expect(judgeZones(['usw1-az1', 'usw1-az2'], 'us-west-1')).to.include({level: 'problem'})
    expect(judgeProxies({count: 19, own: 0, quota: 20}, 'r').level).to.equal('ok')
    expect(judgeProxies({count: 20, own: 1, quota: 20}, 'r').level).to.equal('ok')
    expect(judgeProxies({count: 20, own: 0, quota: 20}, 'r').remedy).to.include('L-D94C7EA3 --desired-value 21')
    expect(judgeConcurrency(1000, 1000, 'r').level).to.equal('ok')
    expect(judgeConcurrency(1000, undefined, 'r').level).to.equal('ok')
    expect(judgeConcurrency(10, 10, 'r')).to.include({level: 'warning'})
    expect(judgeConcurrency(1000, 3000, 'r').remedy).to.include('--desired-value 3000')
    expect(judgeConcurrency(3000, 1000, 'r').level).to.equal('ok')
  })

  it('aws 11: on the capacity of a project', () => {
    const judge = (minCapacity: number | undefined, protect: boolean) =>
      judgeCapacity({...WELL, project: {...WELL.project!, minCapacity, protect}}).map(({level}) => level)
    expect(judge(undefined, true)).to.deep.equal([])
    expect(judge(0.5, false)).to.deep.equal(['ok'])
    expect(judge(0.5, true)).to.deep.equal(['warning'])
    expect(judge(8, true)).to.deep.equal(['ok'])
  })

  it('on the engine', () => {
    expect(judgeEngine({offered: true, global: true}, '8.0').level).to.equal('ok')
    expect(judgeEngine({offered: true, global: false}, '8.0').level).to.equal('problem')
    expect(judgeEngine({offered: false, global: false}, '8.0').level).to.equal('problem')
  })

  it('rest on what the template and its assembly say', () => {
    const data = readFileSync(join(ROOT, 'dist/assembly/ToDoMgmt-data-us-east-1.template.json'), 'utf8')
    const engines = [...data.matchAll(/"EngineVersion": ?"([^"]+)"/g)].map((match) => match[1])
    expect([...new Set(engines)]).to.deep.equal([ENGINE_VERSION])
    const manifest = readFileSync(join(ROOT, 'dist/assembly/manifest.json'), 'utf8')
    const wanted = [...manifest.matchAll(/"requiresBootstrapStackVersion": (\d+)/g)].map((match) => Number(match[1]))
    expect(Math.min(...wanted)).to.equal(LEAST_BOOTSTRAP)
  })
})

describe('an examination', () => {
  const target = {name: 'aws', judgement: {level: 'ok', text: 'aws: Demo', remedy: null}} as const
  const checkup: Checkup = {
    identity: async () => known({account: ACCOUNT, arn: 'arn:aws:iam::123456789012:user/ops', source: 'a profile'}),
    reach: async () => reached(100),
    bootstrap: async (region) =>
      known(
        region === 'us-east-1'
          ? {version: 30, stack: 'CREATE_COMPLETE', bucket: true}
          : {version: null, stack: null, bucket: true},
      ),
    vpcs: async () => ({known: false, code: 'NotImplemented', why: 'ec2 does not say'}),
    engine: async () => known({offered: true, global: true}),
    concurrency: async (region) => known(region === 'us-east-1' ? 1000 : 10),
    proxies: async () => known({count: 20, own: 0, quota: 20}),
    zones: async (region) =>
      known(region === 'us-east-1' ? ['use1-az1', 'use1-az2', 'use1-az3'] : ['use2-az1', 'use2-az2']),
    route: async () => known({serving: 'us-east-1', isWritten: true}),
  }
  const patient = {
    target,
    regions: ['us-east-1', 'us-east-2'] as [string, string],
    app: 'Demo',
    account: ACCOUNT,
    lab: false,
    checkup,
    machine: {state: async () => WELL},
  }

  it('reads like this', async () => {
    const findings = await examine(patient)
    golden('doctor/report.txt', `${findingLines(findings).join('\n')}\n`)
    expect(exitOf(findings)).to.equal('missed')
  })

  it('ends with unknown where nothing is wrong, but something is not known', async () => {
    const bootstrap = checkup.bootstrap.bind(checkup, 'us-east-1', ACCOUNT)
    const room = async () => known({count: 1, own: 0, quota: 20})
    expect(exitOf(await examine({...patient, checkup: {...checkup, bootstrap, proxies: room}}))).to.equal('unknown')
    const vpcs = async () => known({count: 1, own: 0, quota: 5})
    const proxies = async () => known({count: 1, own: 0, quota: 20})
    expect(exitOf(await examine({...patient, checkup: {...checkup, bootstrap, vpcs, proxies}}))).to.equal('done')
  })

  it('aws 14: asks for the bootstrap of us-east-1, where the edge is made, though neither region is there', async () => {
    const europe = {...patient, regions: ['eu-west-1', 'eu-central-1'] as [string, string]}
    const asked = async (of: typeof patient): Promise<(string | null)[]> =>
      (await examine(of)).filter(({check}) => check === 'bootstrap').map(({region}) => region)
    expect(await asked(europe)).to.deep.equal(['eu-west-1', 'eu-central-1', 'us-east-1'])
    expect(await asked(patient)).to.deep.equal(['us-east-1', 'us-east-2'])
  })

  it('asks no region deeper for which nobody has credentials', async () => {
    const identity = async () => ({known: false, code: 'CredentialsProviderError', why: 'none'}) as const
    const asked: string[] = []
    const bootstrap = async (region: string) => {
      asked.push(region)
      return checkup.bootstrap(region, ACCOUNT)
    }

    const findings = await examine({...patient, checkup: {...checkup, identity, bootstrap}})
    expect(asked).to.deep.equal([])
    expect(findings.filter(({check}) => check === 'bootstrap').map(({level}) => level)).to.deep.equal([
      'unknown',
      'unknown',
    ])
  })
})
