import { judgeStop } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { explain } from '../../../../actions/deploy-ecs/src/report/explain.ts'
import type { Outcome } from '../../../../actions/deploy-ecs/src/report/outcome.ts'
import { NOTHING_YET } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import { fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { failedTask, followed, target } from '../../../support/deploy-ecs/observations.ts'

async function explained(
  status: Outcome['verdict']['status'],
  latest: object | undefined,
  {
    containers = [],
    show = 'summary',
    ...more
  }: { containers?: readonly object[]; cause?: object; show?: string } = {},
) {
  const { aws, calls } = fakeAws({ GetLogEvents: { events: lastLines.map((message) => ({ message })) } })
  const { log, lines } = fakeLog()
  const outcome = {
    plan: {
      name: { cluster: 'prod', service: 'web' },
      revision: { registration: { family: 'web', containerDefinitions: containers } },
    },
    verdict: { status, reason: '', evidence: [], ...more },
    ...(latest === undefined
      ? {}
      : { watch: { rollout: followed, memory: NOTHING_YET, latest: { at: 0, ...latest } } }),
  } as unknown as Outcome
  return {
    explanation: await explain({ aws, log, env: {}, inputs: { showContainerLogs: show } } as never, outcome),
    lines,
    calls,
  }
}

const unhealthy = { targets: [target('1', { state: 'unhealthy', reason: 'Target.Timeout' })] }
const crashed = { tasks: [failedTask('1'), failedTask('2')] }

test('annotates the run with each reason, and how many tasks or targets have it', async () => {
  const { explanation, lines } = await explained('failed', { ...crashed, ...unhealthy })
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/^error: 2 × app exited with code 1\. The application failed/)
  expect(lines[1]).toMatch(/^error: 1 × unhealthy \(Target\.Timeout\): 10\.0\.0\.1:80/)
  expect(explanation?.stops).toHaveLength(1)
})

const lastLines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`)
const logging = {
  name: 'app',
  logConfiguration: {
    logDriver: 'awslogs',
    options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'eu-west-1' },
  },
}

test('does not annotate the reason that the verdict has', async () => {
  const stop = judgeStop(failedTask('1'))
  const other = failedTask('3', { containers: [{ name: 'app', exitCode: 2, hostPorts: [] }] })
  const tasks = [...crashed.tasks, other]
  const { lines } = await explained('failed', { tasks }, { cause: { stop, text: '2 × app exited with code 1' } })
  expect(lines).toEqual([expect.stringMatching(/^error: 1 × app exited with code 2\. /)])
})

test('does not annotate the targets whose health check the verdict names, nor those that are only starting', async () => {
  const starting = target('2', { state: 'initial', reason: 'Elb.InitialHealthChecking' })
  const latest = { targets: [...unhealthy.targets, starting] }
  const check = { targetGroup: 'web', timedOut: true, text: 'the health check of target group web got no answer' }
  expect((await explained('timed-out', latest, { cause: { check, text: check.text } })).lines).toEqual([])
})

test('logs the last ten lines of a container that crashed', async () => {
  const { lines, explanation } = await explained('failed', crashed, { containers: [logging] })
  expect(lines.slice(1)).toEqual([
    'info: The end of the log of app (task 2):',
    ...lastLines.slice(2).map((line) => `info:   ${line}`),
  ])
  expect(explanation?.logs[0]?.lines).toEqual(lastLines)
})

test('logs the last lines with show-container-logs: log, and no line with never', async () => {
  const shown = async (show: string) => (await explained('failed', crashed, { containers: [logging], show })).lines
  expect(await shown('log')).toContain('info:   line 12')
  expect((await shown('never')).filter((line) => line.startsWith('info: '))).toEqual([])
})

test('annotates five reasons at most', async () => {
  const tasks = Array.from({ length: 7 }, (_, code) =>
    failedTask(`${code}`, { containers: [{ name: 'app', exitCode: code + 1, hostPorts: [] }] }),
  )
  expect((await explained('failed', { tasks })).lines).toHaveLength(5)
})

test('explains tasks that failed in a deploy that succeeded, without annotations', async () => {
  const { explanation, lines } = await explained('succeeded', crashed)
  expect(explanation?.stops).toHaveLength(1)
  expect(lines).toEqual([])
})

test.each([
  ['a deploy that succeeded without trouble', 'succeeded', {}],
  ['a cancelled run, which has no time', 'cancelled', crashed],
  ['a service that was not updated', 'failed', undefined],
] as const)('does not explain %s', async (_, status, latest) => {
  expect(await explained(status, latest)).toEqual({ explanation: undefined, lines: [], calls: [] })
})
