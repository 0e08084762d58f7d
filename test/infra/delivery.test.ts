import {expect} from 'chai'
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DELIVERY_PARTS, loadConfig, type Config} from '../../infra-template/lib/config.js'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {SOURCE, deliveryBucket, deliveryName, deliveryStack, repositoryName} from '../../src/model/delivery.js'
import {DELIVERY} from '../../src/permissions/calls.js'
import {ARN} from '../../src/permissions/place.js'
import {policyOf} from '../../src/permissions/policy.js'
import {callsOf} from '../support/calls.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const [HOME, AWAY] = ['us-east-1', 'us-east-2']
const APP = 'ToDoMgmt'
const PLACE = {account: '000000000000', app: APP, order: [HOME, AWAY], route: grantsOfKind()}
const POLICY = Object.fromEntries(
  DELIVERY_PARTS.map((part) => [part, policyOf(DELIVERY[part], PLACE).Statement]),
) as Required<Config>['deliveryPolicy']
const CONNECTION = 'arn:aws:codeconnections:us-east-1:000000000000:connection/0a1b'

describe('the delivery pipeline', function () {
  this.timeout(60_000)
  const workshop = new Workshop()
  let assembly: Assembly
  let connected: Assembly
  const stack = deliveryStack(APP, HOME)

  before(async () => {
    await workshop.prepare()
    assembly = workshop.synth({delivery: {source: 'codecommit', branch: 'main'}, deliveryPolicy: POLICY})
    connected = workshop.synth({
      protect: true,
      delivery: {source: 'connection', branch: 'live', connection: CONNECTION, repository: 'me/shop'},
      deliveryPolicy: POLICY,
    })
  })

  after(() => workshop.close())

  const only = (type: string, from = assembly): Resource => {
    const found = from.resources(stack, type)
    expect(found, type).to.have.length(1)
    return found[0]!
  }
  const project = (part: string): Resource =>
    assembly
      .resources(stack, 'AWS::CodeBuild::Project')
      .find(({properties}) => properties.Name === `${deliveryName(APP)}-${part}`)!
  const commands = (part: string): {commands: string[]; finally?: string[]} =>
    JSON.parse(project(part).properties.Source.BuildSpec).phases.build

  it('stands in the home region alone, under the names that the program knows', () => {
    expect(assembly.stacks.filter((one) => one.includes('delivery'))).to.deep.equal([stack])
    expect(only('AWS::CodePipeline::Pipeline').properties).to.include({
      Name: deliveryName(APP),
      PipelineType: 'V2',
      ExecutionMode: 'QUEUED',
    })
    expect(only('AWS::CodeCommit::Repository').properties.RepositoryName).to.equal(repositoryName(APP))
    const buckets = assembly.resources(stack, 'AWS::S3::Bucket').map(({properties}) => properties.BucketName)
    const bucket = deliveryBucket(APP, PLACE.account, HOME)
    expect(buckets).to.include(bucket)
    expect(ARN.programBucket(PLACE)).to.include(`arn:aws:s3:::${bucket}`)
  })

  it('is started by a push to the branch, and by nothing else', () => {
    const {Stages, ArtifactStore} = only('AWS::CodePipeline::Pipeline').properties
    expect(ArtifactStore.EncryptionKey.Type).to.equal('KMS')
    const [source, program] = Stages[0].Actions
    expect(source.Name).to.equal(SOURCE)
    for (const one of [source, program]) expect(one.Configuration.PollForSourceChanges).to.equal(false)
    const rules = assembly.resources(stack, 'AWS::Events::Rule').map(({properties}) => properties)
    const push = rules.find(({EventPattern}) => EventPattern)
    expect(push.EventPattern.detail).to.deep.equal({
      event: ['referenceCreated', 'referenceUpdated'],
      referenceType: ['branch'],
      referenceName: ['main'],
    })
    expect(rules.filter(({Targets}) => JSON.stringify(Targets).includes('codepipeline'))).to.deep.equal([push])
  })

  it('takes its source from a connection, whose pushes start it', () => {
    const [source, program] = only('AWS::CodePipeline::Pipeline', connected).properties.Stages[0].Actions
    expect(source.Configuration).to.deep.equal({
      ConnectionArn: CONNECTION,
      FullRepositoryId: 'me/shop',
      BranchName: 'live',
      DetectChanges: true,
    })
    expect(program.Configuration.PollForSourceChanges).to.equal(false)
    expect(connected.resources(stack, 'AWS::CodeCommit::Repository')).to.deep.equal([])
    expect(JSON.stringify(connected.resources(stack, 'AWS::IAM::Policy'))).to.contain('codeconnections:UseConnection')
  })

  it('rings on what its daily look for drift finds', () => {
    const {Dimensions, MetricName, Namespace, AlarmActions} = only('AWS::CloudWatch::Alarm').properties
    expect([Namespace, MetricName]).to.deep.equal(['AWS/CodeBuild', 'FailedBuilds'])
    expect(Dimensions).to.deep.equal([{Name: 'ProjectName', Value: project('drift').properties.Name}])
    expect(AlarmActions).to.have.length(1)
    expect(commands('drift').commands.join('\n')).to.contain('drift --template --regions')
    const daily = assembly
      .resources(stack, 'AWS::Events::Rule')
      .find(({properties}) => properties.ScheduleExpression === 'rate(1 day)')
    expect(daily!.properties.Targets[0].Arn['Fn::GetAtt'][0]).to.equal(project('drift').id)
  })

  it('lets each build do what its commands need', () => {
    const union = (...names: string[]): string[] => [...new Set(names.flatMap((name) => callsOf(name)))].sort()
    const given = (part: keyof typeof DELIVERY): string[] => [...new Set(DELIVERY[part])].sort()
    expect(given('deploy')).to.deep.equal(union('deploy', 'status'))
    expect(given('test')).to.deep.equal(union('crud create', 'crud get', 'crud delete', 'health'))
    expect(given('drift')).to.deep.equal(union('drift'))
    expect(union('deploy')).to.include.members(given('build'))
    const roles = DELIVERY_PARTS.map((part) => project(part).properties.ServiceRole['Fn::GetAtt'][0])
    expect(new Set(roles).size).to.equal(DELIVERY_PARTS.length)
  })

  it('is made of what config.json says, and of nothing else', () => {
    const load = (given: Partial<Record<keyof Config, unknown>>): Config => loadConfig((key) => given[key])
    expect(load({}).delivery).to.equal(undefined)
    const deliveryPolicy = JSON.stringify(POLICY)
    expect(load({delivery: '{"source": "codecommit"}', deliveryPolicy}).delivery).to.deep.equal({
      source: 'codecommit',
      branch: 'main',
    })
    const connection = {source: 'connection', connection: CONNECTION, repository: 'me/shop'}
    expect(load({delivery: connection, deliveryPolicy}).delivery).to.include({branch: 'main', repository: 'me/shop'})
    for (const delivery of [
      'codecommit',
      {},
      {source: 'svn'},
      {source: 'codecommit', branch: "main' or 1"},
      {source: 'codecommit', repository: 'me/shop'},
      {...connection, connection: 'arn:aws:s3:::x'},
      {...connection, repository: 'shop'},
      {...connection, other: 1},
    ])
      expect(() => load({delivery, deliveryPolicy}), JSON.stringify(delivery)).to.throw('"delivery"')
    expect(() => load({delivery: connection})).to.throw('"deliveryPolicy"')
  })

  describe('in its builds', () => {
    let folder: string

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'todo-dr-build-'))
      mkdirSync(join(folder, 'src'))
      mkdirSync(join(folder, 'program/program/bin'), {recursive: true})
      writeFileSync(join(folder, 'program/todo-dr.yaml'), '{"infra": "cdk"}')
    })

    afterEach(() => rmSync(folder, {recursive: true, force: true}))

    /** The commands one after the other, with a program that notes its arguments and answers as `answers` says. */
    function built(part: string, answers = '', env: Record<string, string> = {}) {
      writeFileSync(
        join(folder, 'program/program/bin/run.js'),
        `const words = process.argv.slice(2).filter((word) => word !== '--no-input').join(' ')
        require('fs').appendFileSync(process.env.NOTES, words + '\\n')
        const {text, exit} = ({${answers}})[words] ?? {}
        if (text) console.log(text)
        process.exit(exit ?? 0)`,
      )
      const notes = join(folder, 'notes')
      writeFileSync(notes, '')
      const {commands: all, finally: last = []} = commands(part)
      const script = `set -e\nnpm() { echo "npm $*" >> "$NOTES"; }\ntrap '${last.join('\n').replaceAll("'", `'"'"'`)}' EXIT\n${all.join('\n')}`
      const {status, stderr} = spawnSync('sh', ['-c', script], {
        cwd: join(folder, part === 'test' ? 'program' : 'src'),
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          NOTES: notes,
          CODEBUILD_SRC_DIR_Program: join(folder, 'program'),
          APP,
          REGIONS: `${HOME} ${AWAY}`,
          ...env,
        },
      })
      return {status, stderr, ran: execFileSync('cat', [notes], {encoding: 'utf8'}).trim().split('\n')}
    }

    it('checks what was pushed before anything is deployed', () => {
      mkdirSync(join(folder, 'src/cdk'))
      const checks = ['npm run test --if-present --prefix cdk', 'npm run check --if-present --prefix cdk']
      expect(built('build').ran).to.deep.equal([...checks, 'deploy --dry-run'])
      writeFileSync(join(folder, 'src/cdk/package-lock.json'), '{}')
      expect(built('build').ran).to.deep.equal([
        'npm ci --include=dev --no-audit --no-fund --prefix cdk',
        ...checks,
        'deploy --dry-run',
      ])
    })

    it('deploys the region that serves nobody first, whichever that is', () => {
      for (const [primary, standby] of [
        [HOME, AWAY],
        [AWAY, HOME],
      ] as const) {
        const status = `'status --json': {text: '{"primary": "${primary}"}', exit: 5}`
        const {ran, stderr} = built('deploy', status)
        expect(ran, stderr).to.deep.equal(['status --json', `deploy --stack ${APP}-api-${standby}`, 'deploy'])
        const halted = built('deploy', `${status}, 'deploy --stack ${APP}-api-${standby}': {exit: 3}`)
        expect([halted.status, halted.ran.at(-1)]).to.deep.equal([3, `deploy --stack ${APP}-api-${standby}`])
      }

      for (const answer of [`{text: '{"primary": null}', exit: 5}`, '{exit: 7}'])
        expect(built('deploy', `'status --json': ${answer}`).ran).to.deep.equal(['status --json'])
    })

    it('asks what is deployed, and leaves no ToDo behind', () => {
      const made = `'crud create --task Smoke test --json': {text: '{"id": "7"}'}`
      const all = ['crud create --task Smoke test --json', 'crud get 7', 'health', 'crud delete 7']
      expect(built('test', made)).to.deep.include({status: 0, ran: all})
      expect(built('test', `${made}, health: {exit: 6}`)).to.deep.include({status: 0, ran: all})
      expect(built('test', `${made}, health: {exit: 5}`).status).not.to.equal(0)
      expect(built('test', `${made}, 'crud get 7': {exit: 1}`).ran).to.deep.equal([all[0], all[1], all[3]])
    })
  })
})
