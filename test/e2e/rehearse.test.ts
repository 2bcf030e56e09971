// script/rehearse as a person runs it: the real workflow, the committed bundles, real Docker and real Terraform.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'slipway-rehearse-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Terraform's AWS provider alone waits a minute for every load balancer it makes.
const patience = 5 * 60_000
const accounts = { stage: '123456789012', prod: '210987654321', login: '333333333333' }

interface Rehearsal {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
  /** Resolves once the output has `text`. */
  says(text: string): Promise<void>
}

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGTERM')
})

function rehearse(...args: string[]): Rehearsal {
  const child = spawn(join(root, 'script/rehearse'), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve()
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`It ended without saying ${text}:\n${output}`)))
    })
  return { child, ended, says }
}

/** What a rehearsal could leave behind, as Docker and the process table have it. `journal` is its own. */
function leftBehind(journal: string, cloud = '') {
  const folder = dirname(journal)
  const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).split('\n')
  const [, port = ''] =
    /AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(join(folder, 'cloud.env'), 'utf8')) ?? []
  const logs = readdirSync(folder).filter((name) => name.endsWith('-deploy.log'))
  const commits = logs.flatMap(
    (name) => / Checked out ([0-9a-f]{40})/.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? [],
  )
  expect({ port, commits }).toEqual({
    port: expect.stringMatching(/^\d+$/),
    commits: expect.arrayContaining([expect.any(String)]),
  })
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n')
  return {
    images: docker('images', '--format', '{{.Repository}}').filter((name) => name.includes(port)),
    built: commits.flatMap((commit) =>
      docker('images', '--all', '--quiet', '--filter', `label=org.opencontainers.image.revision=${commit}`).filter(
        Boolean,
      ),
    ),
    networks: cloud === '' ? [] : docker('network', 'ls', '--quiet', '--filter', `label=${cloud}`).filter(Boolean),
    labelled: cloud === '' ? [] : docker('ps', '--all', '--quiet', '--filter', `label=${cloud}`).filter(Boolean),
    files: readdirSync(folder).filter((name) => name === 'source' || name.startsWith('run-')),
    containers: docker('ps', '--all', '--format', '{{.Names}} {{.Image}} {{.Labels}}').filter((line) =>
      line.includes(port),
    ),
    processes: processes.filter((line) => line.includes(`127.0.0.1:${port}`)),
  }
}
const nothing = { images: [], built: [], networks: [], labelled: [], files: [], containers: [], processes: [] }

/** The label on everything that the cloud behind a registry makes on the Docker engine, by the registry's host. */
function cloudLabels(): ReadonlyMap<string, string> {
  const lines = execFileSync(
    'docker',
    ['ps', '--format', '{{.Image}} slipway.rehearsal={{.Label "slipway.rehearsal"}}'],
    {
      encoding: 'utf8',
    },
  ).split('\n')
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('/')), line.slice(line.indexOf(' ') + 1)]))
}

test(
  'it ships the example twice without losing a request, and that to prod but nothing else, and takes back what sets a monitor off, which prod refuses, while another rehearsal is interrupted beside it',
  async () => {
    const json = join(folder, 'summary.json')
    const other = join(folder, 'interrupted.json')
    const whole = rehearse('--prod', '--alarm', '--json', json)
    const interrupted = rehearse('--json', other)

    await interrupted.says('✓ credentials')
    interrupted.child.kill('SIGINT')
    expect((await interrupted.ended).code).toBe(130)
    const { journal: otherJournal } = JSON.parse(readFileSync(other, 'utf8'))
    expect(leftBehind(otherJournal)).toEqual(nothing)

    await whole.says('second deploy: ')
    const labels = cloudLabels()
    const { code, output } = await whole.ended
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('succeeded') })
    const summary = JSON.parse(readFileSync(json, 'utf8'))
    expect(Object.keys(summary)).toEqual([
      'verdict',
      'image',
      'taskDefinition',
      'stages',
      'traffic',
      'event',
      'journal',
      'prod',
      'alarm',
    ])
    expect(summary).toMatchObject({
      verdict: 'succeeded',
      image: expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
      taskDefinition: expect.stringMatching(/:task-definition\/[\w-]+:\d+$/),
      traffic: { failed: 0 },
      event: { title: expect.any(String) },
      prod: {
        verdict: 'succeeded',
        taskDefinition: expect.stringContaining(`:${accounts.prod}:task-definition/`),
        event: { title: expect.stringContaining('prod') },
      },
      alarm: {
        verdict: 'rolled-back',
        event: {
          title: expect.stringMatching(/ to stage was rolled back$/),
          text: expect.stringContaining('“Errors of web in stage” is newly in Alert'),
          alert_type: 'error',
        },
      },
    })
    // In another registry, and the very same image.
    const [repository = '', digest = ''] = summary.image.split('@')
    expect(summary.prod.image.split('@')).toEqual([expect.not.stringContaining(repository), digest])
    expect(output).toContain(`the same image as stage: ${digest}`)
    expect(summary.traffic.requests).toBeGreaterThan(0)
    const names = ['source', 'credentials', 'terraform', 'image', 'gate', 'rollout', 'event', 'mark']
    const stages = {
      first: names,
      second: names,
      refused: ['source', 'credentials', 'lookup'],
      prod: names.toSpliced(2, 0, 'lookup'),
      alarm: names.toSpliced(-2, 2, 'rollback', 'event'),
      'taken-back': ['source', 'credentials', 'lookup'],
    }
    expect(summary.stages.map(({ name }: { name: string }) => name)).toEqual(
      Object.entries(stages).flatMap(([deploy, its]) => its.map((name) => `${deploy}: ${name}`)),
    )
    const red = summary.stages.filter(({ outcome }: { outcome: string }) => outcome !== 'success')
    expect(red.map(({ name }: { name: string }) => name)).toEqual([
      'refused: lookup',
      'alarm: gate',
      'taken-back: lookup',
    ])

    const journal: Record<string, unknown>[] = readFileSync(summary.journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // Real containers of two revisions ran on stage, and served what was sent through the load balancer; then prod's ran.
    const ran = journal.filter((entry) => entry['type'] === 'task' && entry['lastStatus'] === 'RUNNING')
    const revisions = new Set(ran.map((entry) => entry['taskDefinition']))
    expect([...revisions]).toEqual([
      expect.any(String),
      summary.taskDefinition,
      summary.prod.taskDefinition,
      summary.alarm.taskDefinition,
    ])
    const served = journal
      .filter(({ type }) => type === 'traffic')
      .reduce((sum, entry) => sum + Number(entry['requests']), 0)
    expect(served).toBeGreaterThanOrEqual(summary.traffic.requests)
    // Every change to AWS was made under the role that the workflow assumed.
    const updates = journal.filter((entry) => entry['action'] === 'UpdateService')
    expect(updates.map((entry) => [entry['role'], entry['account']])).toEqual([
      ['deploy-web', accounts.stage],
      ['deploy-web', accounts.stage],
      ['deploy-web', accounts.prod],
      ['deploy-web', accounts.stage],
      ['deploy-web', accounts.stage],
    ])
    // What set the monitor off is gone, and what ran before runs again.
    const ends = journal.filter(({ type, status }) => type === 'service-deployment' && status === 'SUCCESSFUL')
    expect(ends.slice(-2).map((entry) => entry['taskDefinition'])).toEqual([
      summary.alarm.taskDefinition,
      summary.taskDefinition,
    ])
    // Stage's role is assumed by the job's own token; prod's by a role of the login account, which the token got.
    const assumed = journal.filter(({ action }) => String(action).startsWith('AssumeRole'))
    const ways = assumed.map(({ action, role, account }) => `${action} by ${role ?? 'a token'} of ${account}`)
    const [byToken, byLogin] = [
      'AssumeRoleWithWebIdentity by a token of anonymous',
      `AssumeRole by ci of ${accounts.login}`,
    ]
    expect(ways).toEqual([byToken, byToken, byToken, byLogin, byToken, byLogin, byToken, byToken, byLogin])
    // Prod's account read the image from stage's registry, its tasks pulled that from its own, and once they were
    // healthy it was tagged there.
    const reads = journal.filter(
      ({ type, what, reference, status, account }) =>
        type === 'registry' &&
        what === 'manifest' &&
        reference === digest &&
        status === 200 &&
        account === accounts.prod,
    )
    expect(new Set(reads.map(({ registry, role }) => `${role} in ${registry}`))).toEqual(
      new Set([
        `deploy-web in ${accounts.stage}`,
        `ecsTaskExecutionRole in ${accounts.prod}`,
        `deploy-web in ${accounts.prod}`,
      ]),
    )

    const label = labels.get(summary.image.slice(0, summary.image.indexOf('/')))
    expect(label).toMatch(/^slipway\.rehearsal=./)
    expect(leftBehind(summary.journal, label)).toEqual(nothing)
  },
  3 * patience,
)

test('bad arguments are refused before anything starts', async () => {
  const { code, output } = await rehearse('--jsno').ended
  expect(code).toBe(1)
  expect(output).toContain("Unknown option '--jsno'")
  expect(output).not.toContain('✓ cloud')
})
