// The job summary and the log of a deploy, line by line.
import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { type Deployed, deploy } from '../../support/deploy-ecs/deploy.ts'
import { BY_TAG, type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud
afterEach(() => cloud.close())

const CONSOLE = 'https://eu-west-1.console.aws.amazon.com'
const logging = (name: string) => ({
  logConfiguration: {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': `/${name}`, 'awslogs-stream-prefix': 'ecs' },
  },
})
/** The application, and a helper beside it that is essential too. */
const two: Partial<RegisterTaskDefinitionRequest> = {
  containerDefinitions: [
    { name: 'app', image: 'example.com/web:ok', portMappings: [{ containerPort: 80 }], ...logging('app') },
    { name: 'proxy', image: 'example.com/proxy:1', ...logging('proxy') },
  ],
}
/** Markdown without its markup. */
const readable = ({ summary }: Deployed) => summary.replaceAll('\\', '')
/** The log streams that were asked for, in order. */
function watchLogs(): string[] {
  const streams: string[] = []
  cloud.intercept = ({ action, request }) => {
    if (action === 'GetLogEvents') streams.push(JSON.parse(request.body.toString()).logStreamName)
    return undefined
  }
  return streams
}

test('groups stopped tasks by reason, with container, exit code, hint, and a link to the newest', async () => {
  cloud = await startEcsCloud({
    scenario: `
description: half of the new tasks crash, the others run out of memory
tasks:
  - { when: { image: ':bad', tasksTo: 2 }, exit: { after: 500ms, code: 3 } }
  - { when: { image: ':bad' }, exit: { after: 500ms, code: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' } }
`,
  })
  await makeService(cloud, { desiredCount: 4 })
  const done = await deploy(cloud, { image: 'example.com/web:bad', 'on-failure': 'leave' })
  const rows = readable(done)
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
  expect(rows).toEqual([
    expect.stringMatching(/^\| 2 \| .*Essential container in task exited.* \| `app`: 3 \| See above/),
    expect.stringMatching(
      /^\| 2 \| OutOfMemoryError.* \| `app`: 137 \| It used more memory than its limit: raise `memory`/,
    ),
  ])
  expect(readable(done)).toContain('**What to do:** The application failed: see its log.')
  for (const row of rows) expect(row).toContain(`${CONSOLE}/ecs/v2/clusters/production/tasks/`)
  const annotations = done.log.filter((line) => line.startsWith('error: '))
  // The verdict is an annotation too. It has the first reason.
  expect(done.error).toContain('4 tasks of web:2 failed: app exited with code 3 (2 tasks).')
  expect(annotations).toEqual([expect.stringContaining('2 × OutOfMemoryError')])
})

test.each([
  [137, 'out of memory'],
  [139, 'SIGSEGV'],
  [127, 'PATH'],
])('exit code %i alone has its hint in the summary', async (code, hint) => {
  cloud = await startEcsCloud({
    scenario: `description: d\ntasks:\n  - { when: { image: ':bad' }, exit: { after: 500ms, code: ${code} } }`,
  })
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:bad', 'on-failure': 'leave' })
  expect(readable(done)).toContain(`\`app\`: ${code}`)
  expect(readable(done)).toContain(hint)
})

test('shows the last log lines of the container that failed, with a link to its log', async () => {
  cloud = await startEcsCloud({
    scenario: `description: d\ntasks:\n  - { when: { image: ':bad' }, exit: { after: 500ms, code: 1, container: proxy } }`,
  })
  await makeService(cloud, { taskDefinition: two })
  const streams = watchLogs()
  const done = await deploy(cloud, { image: 'app=example.com/web:bad', 'on-failure': 'leave' })
  expect(streams).toEqual([expect.stringMatching(/^ecs\/proxy\/[0-9a-f]{32}$/)])
  expect(done.summary).toContain('Error: no database')
  expect(done.summary).toContain(`${CONSOLE}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fproxy/`)
})

test.each([
  ['summary', true, true, 1],
  ['log', true, false, 1],
  ['never', false, false, 0],
])('show-container-logs: %s shows the last lines in the log: %s, in the summary: %s', async (show, ...expected) => {
  cloud = await startEcsCloud()
  await makeService(cloud, { taskDefinition: two })
  const streams = watchLogs()
  const done = await deploy(cloud, { image: 'app=example.com/web:crash', 'show-container-logs': show })
  const word = 'Error: no database'
  expect([done.log.join('\n').includes(word), done.summary.includes(word), streams.length]).toEqual(expected)
})

test('says that a log could not be read, and shows all else', async () => {
  cloud = await startEcsCloud()
  await makeService(cloud, { taskDefinition: two })
  cloud.intercept = ({ action }) =>
    action === 'GetLogEvents'
      ? { error: new AwsError('AccessDeniedException', 'not authorized to perform: logs:GetLogEvents') }
      : undefined
  const done = await deploy(cloud, { image: 'app=example.com/web:crash' })
  expect(readable(done)).toContain('could not be read: Could not read the log')
  expect(done.outputs['verdict']).toBe('rolled-back')
})

test("targets that are not healthy are named, with the load balancer's own reason", async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:sick', 'on-failure': 'leave' })
  expect(readable(done)).toMatch(
    /\| `web` \| unhealthy \((Target\.ResponseCodeMismatch: )?Health checks failed with these codes: \[500\]\) \|/,
  )
  expect(done.error?.split('\n')[0]).toContain(
    'the health check of target group web got 500 from GET / on port 80, and expects 200.',
  )
  const asked = cloud.journal.entries('api').filter(({ action }) => action === 'DescribeTargetGroups')
  expect(asked).toHaveLength(1)
})

test("the service's events are those of this deploy, and lead to the console", async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
  await deploy(cloud, { image: 'example.com/web:crash' })
  const begun = new Date(cloud.clock.now()).toISOString()
  const done = await deploy(cloud, { image: 'example.com/web:missing', 'on-failure': 'leave' })
  const times = [...readable(done).matchAll(/^- `(\d{4}-[^`]+Z)`/gm)].map(([, at]) => at ?? '')
  expect(times.length).toBeGreaterThan(1)
  expect(times.filter((at) => at < begun)).toEqual([])
  expect(done.summary).toContain(`${CONSOLE}/ecs/v2/clusters/production/services/web/events?region=eu-west-1`)
})

test('draws tasks and healthy targets over time as a chart, with before and after in the table', async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:sick' })
  expect(done.summary).toMatch(/```mermaid\nxychart-beta\n {2}title "Tasks: old, new, new and healthy"/)
  expect(done.summary).toContain('| Service | Verdict | Before | Deployed | Runs now | Images |')
  expect(done.summary).toMatch(/\| ↩️ Rolled back \| `web:1` \| `web:2` \| `web:1` \| `app`: `example.com\/web:sick` \|/)
  expect(done.summary).toContain(`(${CONSOLE}/ecs/v2/clusters/production/services/web/health?region=eu-west-1)`)
})

test('the log has one line for each change, and none for a look that shows nothing new', async () => {
  cloud = await startEcsCloud({ scenario: BY_TAG.replace('takes: 90s', 'takes: 20m') })
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:slow' })
  const looks = cloud.journal.entries('api').filter(({ action }) => action === 'DescribeServices').length
  const lines = done.log.filter((line) => !line.startsWith('debug: '))
  expect(done.outputs['verdict']).toBe('succeeded')
  expect(looks).toBeGreaterThan(100)
  expect(lines.length).toBeLessThan(40)
  // ECS itself says the same twice when it happens twice.
  const own = lines.filter((line) => !line.startsWith('ECS: '))
  expect(own.filter((line, at) => own.indexOf(line) !== at)).toEqual([])
})
