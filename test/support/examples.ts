/** Every command line that help and docs show, and how each of them is run: `test/long/examples-*.test.ts` run the scenes. */

import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT} from './cli.js'

interface Manifest {
  commands: Record<string, {id: string; examples?: (string | {command: string})[]}>
}

/** A line, and where it stands. */
export interface Shown {
  line: string
  where: string
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const PAGES = execFileSync('git', ['ls-files', 'README.md', 'docs/**.md', 'templates/*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

/** What `init` writes into a page of the lab's own application. */
const filled = (text: string): string =>
  text.replaceAll('{{app}}', 'ToDoMgmt').replaceAll('{{home}}', 'us-east-1').replaceAll('{{away}}', 'us-east-2')

const inHelp = (): Shown[] =>
  Object.values((JSON.parse(read('oclif.manifest.json')) as Manifest).commands).flatMap(({id, examples = []}) =>
    examples.map((example) => ({
      line: (typeof example === 'string' ? example : example.command).replaceAll('<%= config.bin %>', 'todo-dr'),
      where: `help of ${id.replaceAll(':', ' ')}`,
    })),
  )

/** The lines of blocks that somebody would paste; a remark behind `#` is not a part of one. */
const inBlocks = (): Shown[] =>
  PAGES.flatMap((where) =>
    [...filled(read(where)).matchAll(/^ {4,}((?:eval "\$\()?todo-dr .*)$/gm)].map(([, text]) => ({
      line: text!.replace(/\s+#.*$/, ''),
      where,
    })),
  )

/** In the middle of a sentence. Where words in brackets or dots stand for something, it cannot be typed. */
const inSentences = (): Shown[] =>
  PAGES.flatMap((where) =>
    [...filled(read(where)).matchAll(/`(todo-dr [^`[…|]+)`/g)].map(([, line]) => ({line: line!, where})),
  )

/** Lines that a scene has to name. */
export const examples = (): Shown[] => [...inHelp(), ...inBlocks()]

/** All that must be understood as it is typed. */
export const commandLines = (): Shown[] => [...examples(), ...inSentences()]

export interface Act {
  line: string
  exit: number
  /** The test that runs it and looks closer, in place of its scene. */
  elsewhere?: string
  /** Why it does not end with 0 here. */
  why?: string
  /** Typed after it, in the same shell: fails where the line has not done what it is for. */
  proof?: string
  /** Whoever types it ends it by Ctrl-C. */
  untilInterrupted?: true
  /** Shown nowhere: brings about what the next line is for. */
  scenery?: true
  env?: Record<string, string>
}

/** Scenes of one day share a folder and their labs, and come one after the other. Days know nothing of each other. */
export type Day = 'a lab' | 'a project' | 'the failover pipelines' | 'drills'

export interface Scene {
  title: string
  day: Day
  /** Below the sandbox; itself where absent. */
  folder?: string
  env?: Record<string, string>
  /** Where it acts on the target \`prod\` of a todo-dr.yaml, which has the lab's address in place of AWS's. */
  prod?: true
  acts: Act[]
}

const ok = (line: string, more: Partial<Act> = {}): Act => ({line, exit: 0, ...more})
const ends = (exit: number, line: string, why: string): Act => ({line, exit, why})
const scenery = (line: string, exit = 0, env: Record<string, string> = {}): Act => ({line, exit, env, scenery: true})

const NO_TERMINAL = 'it asks for the name of the application, and nobody sits at a terminal'
const NO_EDGE = 'the name of an edge in AWS leads nowhere here'

/** In the order of their day. */
export const SCENES: Scene[] = [
  {
    title: 'a lab',
    day: 'a lab',
    acts: [
      ok('todo-dr lab start'),
      ok('todo-dr lab status'),
      ok('todo-dr lab status --json'),
      ok('todo-dr lab list'),
      ok('todo-dr lab list --json'),
      ok('todo-dr lab logs'),
      ok('todo-dr lab logs --follow', {untilInterrupted: true}),
      ok('eval "$(todo-dr lab env)"', {proof: 'test -r "$AWS_SHARED_CREDENTIALS_FILE"'}),
      ok('todo-dr lab start --target lab:second --pace paced'),
      ok('todo-dr lab env --target lab:second --json'),
      ok('todo-dr lab stop --target lab:second'),
    ],
  },
  {
    title: 'the sample API',
    day: 'a lab',
    acts: [
      ok('todo-dr seed'),
      ok('todo-dr seed --status --json'),
      ok('todo-dr token'),
      ok('curl -H "Authorization: $(todo-dr token)" "$URL"'),
      ok('todo-dr crud create --task "hi" --status wip'),
      ok('todo-dr crud create --task "Sample Task new" --status wip'),
      ok('todo-dr crud get 1'),
      ok('todo-dr crud list --limit 5'),
      ok('todo-dr crud update 2 --task "Sample Task" --status done'),
      ok('todo-dr crud delete 2'),
      ok('todo-dr status'),
      ok('todo-dr drift'),
      ok('todo-dr drift --template'),
      ok('todo-dr drift --regions'),
      ok('todo-dr drift --schema --fix'),
      ok('todo-dr drift --rows --max-load 50'),
      ok('todo-dr drift --rows --resume'),
      scenery('echo "accepted: []" > drift.yaml'),
      ok('todo-dr drift --baseline drift.yaml --json'),
      ok('todo-dr health'),
      ok('todo-dr health --for switchover --json'),
      ok('todo-dr health --watch', {untilInterrupted: true}),
      ok('todo-dr doctor'),
      ok('todo-dr doctor --target lab --json'),
      ok('todo-dr iam-policy failover > failover-policy.json', {proof: 'test -s failover-policy.json'}),
      ok('todo-dr iam-policy crud'),
      ok('todo-dr iam-policy --part 1 > todo-dr-1.json', {proof: 'test -s todo-dr-1.json'}),
      ok('todo-dr iam-policy --part 2 > todo-dr-2.json', {proof: 'test -s todo-dr-2.json'}),
    ],
  },
  {
    title: 'an outage, a failover and the way back',
    day: 'a lab',
    acts: [
      ok('todo-dr outage start --help'),
      ok('todo-dr outage status'),
      ok('todo-dr outage start'),
      ok('todo-dr outage status --json'),
      ends(3, 'todo-dr failover --dry-run', 'it shows what the failover would be refused for: nothing accepts a loss'),
      ends(3, 'todo-dr failover --to us-east-2 --allow-data-loss', NO_TERMINAL),
      ends(
        6,
        'todo-dr failover --allow-data-loss --confirm ToDoMgmt --measure',
        'no write was acknowledged just before the outage, so that nothing can be said about loss',
      ),
      ok('todo-dr outage stop'),
      ok('todo-dr failback --dry-run'),
      ok('todo-dr failback'),
      ends(2, 'todo-dr drift --rows --against todomgmt-lost', 'nobody has restored what was kept'),
    ],
  },
  {
    title: 'planned switches',
    day: 'a lab',
    acts: [
      ok('todo-dr switchover --dry-run'),
      ok('todo-dr failover --to us-east-2 --allow-data-loss --confirm ToDoMgmt'),
      scenery('todo-dr failback'),
      ok('todo-dr switchover && todo-dr failback'),
      ok('todo-dr switchover --yes'),
      ok('todo-dr failback --yes'),
      ok('todo-dr switchover --measure --rate 20'),
      ok('todo-dr failback --measure'),
      ok('todo-dr switchover --drain'),
      scenery('todo-dr failback'),
      ok('todo-dr switchover --waive target-capacity="few clients at night"'),
      scenery('todo-dr failback'),
      ok('todo-dr upgrade --to 3.10.5 --dry-run'),
      ok('todo-dr upgrade --to 8.0.mysql_aurora.3.10.5 --confirm ToDoMgmt'),
      ok('todo-dr switchover --to us-east-2 --json'),
      ok('todo-dr switchover'),
      scenery('todo-dr switchover', 137, {TODO_DR_FAILPOINT: 'before:steer-edge'}),
      ok('todo-dr steer --dry-run'),
      ok('todo-dr resume --dry-run'),
      ok('todo-dr resume'),
      scenery('todo-dr switchover --drain', 137, {TODO_DR_FAILPOINT: 'before:canary'}),
      ok('todo-dr resume --undo'),
      scenery('todo-dr failover --allow-data-loss --confirm ToDoMgmt', 137, {TODO_DR_FAILPOINT: 'before:promote'}),
      ok('todo-dr resume --allow-data-loss --confirm ToDoMgmt'),
    ],
  },
  {
    title: 'a target of todo-dr.yaml',
    day: 'a lab',
    prod: true,
    acts: [
      ok('todo-dr iam-policy failover --target prod > failover.json', {proof: 'test -s failover.json'}),
      ok('todo-dr iam-policy outage start --target prod'),
      ends(6, 'todo-dr status --target prod --json', NO_EDGE),
      ends(
        5,
        'todo-dr health --target prod --format prometheus > todo-dr.prom',
        `${NO_EDGE}, so that a failover would be refused`,
      ),
      {
        line: 'for _ in $(seq 30); do todo-dr seed --target prod --dry-run && break; sleep 5; done',
        exit: 0,
        // The lag that the standby had at first, just after the failover above, is in AWS's metric for a minute.
        scenery: true,
      },
      ok('todo-dr seed --target prod'),
      ok('todo-dr resume --target prod'),
      {
        ...ends(
          7,
          'todo-dr steer --target prod',
          `${NO_EDGE}, and it would wait for a write through it: it has no credentials`,
        ),
        env: {AWS_SHARED_CREDENTIALS_FILE: '/dev/null'},
      },
      ok('todo-dr outage start --target prod --confirm ToDoMgmt'),
    ],
  },
  {
    title: 'the end of an application',
    day: 'a lab',
    acts: [
      scenery('todo-dr outage stop'),
      ok('todo-dr outage start --region away --kind database'),
      scenery('todo-dr outage stop'),
      ok('todo-dr teardown --dry-run'),
      ends(3, 'todo-dr teardown', NO_TERMINAL),
      ok('todo-dr teardown --confirm ToDoMgmt --json'),
      ok('todo-dr lab stop'),
    ],
  },
  {
    title: 'a new project',
    day: 'a project',
    acts: [
      ok('todo-dr init demo --defaults --dry-run --json'),
      ok('todo-dr init named --defaults --dry-run --route route53 --domain api.example.com'),
      ok('todo-dr init demo --defaults'),
      ends(
        2,
        'todo-dr init shop --home eu-central-1 --away eu-west-1 --min-capacity 1 --protect',
        'it asks for the other settings, and nobody sits at a terminal',
      ),
    ],
  },
  {
    title: 'the project on a lab',
    day: 'a project',
    folder: 'demo',
    env: {TODO_DR_TARGET: 'lab'},
    acts: [
      ok('todo-dr deploy --target lab'),
      ok('todo-dr seed --target lab'),
      ok('todo-dr crud create --task hi --target lab'),
      ok('todo-dr seed && todo-dr status'),
      scenery("echo 'ALTER TABLE ToDos ADD COLUMN Due DATEE;' > migrations/0002_due_date.sql"),
      ok('todo-dr seed --dry-run'),
      scenery('todo-dr seed', 1),
      scenery("echo 'ALTER TABLE ToDos ADD COLUMN Due DATE;' > migrations/0002_due_date.sql"),
      ok('todo-dr seed --retry 0002_due_date'),
      scenery("echo 'CREATE INDEX ToDos_Due ON ToDos (Due);' > migrations/0003_index.sql"),
      ok('todo-dr seed --mark-done 0003_index'),
      ok('todo-dr seed --status'),
      ok('todo-dr deploy'),
      ok('todo-dr deploy --diff'),
      ok("todo-dr deploy --stack 'demo-api-*'"),
      ok('todo-dr teardown --target lab --confirm demo'),
      scenery('todo-dr lab stop'),
    ],
  },
  {
    title: 'another project, with pipelines',
    day: 'the failover pipelines',
    acts: [ok('todo-dr init shop --defaults --pipeline codecommit')],
  },
  {
    title: 'the failover pipelines on a lab',
    day: 'the failover pipelines',
    folder: 'shop',
    env: {TODO_DR_TARGET: 'lab'},
    acts: [
      // The names and the regions of the examples.
      scenery(
        "sed -i 's/shop/ToDoMgmt/; s/us-east-2/us-east-1/; s/us-west-2/us-east-2/' todo-dr.yaml infra/config.json",
      ),
      scenery('todo-dr deploy && todo-dr seed'),
      ok('todo-dr pipeline status'),
      ok('todo-dr pipeline status --region away --json'),
      ok('todo-dr pipeline start failover --dry-run'),
      ok('todo-dr pipeline start failover --region us-east-2 --confirm ToDoMgmt'),
      ok('todo-dr pipeline reject --comment "us-east-1 answers again"'),
      ok('todo-dr pipeline start switchover'),
      ends(3, 'todo-dr pipeline approve --comment "us-east-1 is down, see the incident channel"', NO_TERMINAL),
      ok('todo-dr pipeline stop'),
      scenery('todo-dr pipeline start switchover'),
      ok('todo-dr pipeline stop --abandon'),
      scenery('todo-dr pipeline start switchover'),
      ok('todo-dr pipeline approve --comment "quarterly drill" --confirm ToDoMgmt'),
      ok('todo-dr pipeline logs --region us-east-2 --follow'),
      ok('todo-dr pipeline logs'),
      ends(2, 'todo-dr pipeline push', 'nothing is committed yet'),
      scenery(
        'rm infra/package-lock.json && git init --quiet && git config user.name n && git config user.email n@example.com',
      ),
      ends(1, 'todo-dr pipeline push --message "list the newest first"', 'no registry: its build finds no packages'),
      ok('todo-dr pipeline logs --delivery --follow'),
      ends(3, 'todo-dr pipeline stop --delivery', 'it has ended'),
      scenery('todo-dr teardown --confirm ToDoMgmt && todo-dr lab stop'),
    ],
  },
  {
    title: 'drills',
    day: 'drills',
    acts: [
      ok('todo-dr drill', {elsewhere: 'test/system/drill.test.ts'}),
      ok('todo-dr drill --sample'),
      ok('todo-dr drill --lag 300 --rate 100 --json'),
      ok('todo-dr drill --scenario api-outage --keep', {
        proof: 'todo-dr lab stop --target "lab:$(ls "$XDG_STATE_HOME/todo-dr/labs")"',
      }),
    ],
  },
]
