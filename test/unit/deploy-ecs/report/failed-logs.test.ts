import type { Diagnosis } from '../../../../actions/deploy-ecs/src/report/diagnosis.ts'
import { readFailedLogs } from '../../../../actions/deploy-ecs/src/report/failed-logs.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const arn = (id: string) => `arn:aws:ecs:us-east-1:123456789012:task/prod/${id}`
const logging = (name: string) => ({
  ...{ name, image: 'x' },
  logConfiguration: {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs' },
  },
})
const registration = { family: 'web', containerDefinitions: [logging('app'), logging('proxy'), { name: 'agent' }] }
const stop = (kind: string, tasks: readonly string[], failed: readonly string[] = []) => ({
  stop: { kind },
  tasks: tasks.map(arn),
  failed,
})
const diagnosis = (...stops: readonly object[]) => ({ stops }) as unknown as Diagnosis
const view = { show: 'summary' as const, scrub: (line: string) => line }
const events = { GetLogEvents: { events: [{ message: 'boom' }] } }

const streams = async (...stops: readonly object[]) => {
  const { aws } = fakeAws(events)
  return (await readFailedLogs(aws, diagnosis(...stops), registration, view)).map(({ stream }) => stream)
}

test('reads the last 25 lines of the containers that failed, of the newest task', async () => {
  const { aws, calls } = fakeAws(events)
  const logs = await readFailedLogs(aws, diagnosis(stop('exited', ['old', 'new'], ['app'])), registration, view)
  expect(logs).toEqual([
    { region: 'us-east-1', group: '/web', stream: 'ecs/app/new', container: 'app', lines: ['boom'] },
  ])
  expect(calls).toMatchObject([{ region: 'us-east-1', input: { limit: 25 } }])
})

test.each([
  ['each container that failed', [stop('exited', ['a'], ['app', 'proxy'])], ['ecs/app/a', 'ecs/proxy/a']],
  ['the first container where none is known', [stop('health-check', ['a'])], ['ecs/app/a']],
  ['no container whose image was not pulled', [stop('image', ['a'], ['app'])], []],
  ['no container of a task that could not be set up', [stop('initialisation', ['a'], ['app'])], []],
  ['no container of a task that could not be started', [stop('not-started', ['a'], ['app'])], []],
  ['no container that does not log to CloudWatch', [stop('exited', ['a'], ['agent'])], []],
  ['no container that the task definition does not have', [stop('exited', ['a'], ['gone'])], []],
  [
    'five logs at most',
    ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => stop('exited', [id], ['app'])),
    ['a', 'b', 'c', 'd', 'e'].map((id) => `ecs/app/${id}`),
  ],
])('reads %s', async (_, stops, expected) => {
  expect(await streams(...stops)).toEqual(expected)
})

test('has the error in place of lines that cannot be read', async () => {
  const { aws } = fakeAws({ GetLogEvents: awsError('AccessDeniedException') })
  const logs = await readFailedLogs(aws, diagnosis(stop('exited', ['a'], ['app'])), registration, view)
  expect(logs).toMatchObject([{ lines: [], missing: expect.stringContaining('AccessDeniedException') }])
})

test('hides secrets in the lines', async () => {
  const { aws } = fakeAws(events)
  const scrub = (line: string) => line.replace('boom', '***')
  const logs = await readFailedLogs(aws, diagnosis(stop('exited', ['a'], ['app'])), registration, { ...view, scrub })
  expect(logs[0]?.lines).toEqual(['***'])
})

test('marks a log that must not stand in the summary, and does not read one that is never shown', async () => {
  const { aws, calls } = fakeAws(events)
  const crashed = diagnosis(stop('exited', ['a'], ['app']))
  const never = await readFailedLogs(aws, crashed, registration, { ...view, show: 'never' })
  expect(never).toMatchObject([{ container: 'app', lines: [], hidden: 'never' }])
  expect(calls).toEqual([])
  const inLog = await readFailedLogs(aws, crashed, registration, { ...view, show: 'log' })
  expect(inLog).toMatchObject([{ container: 'app', lines: ['boom'], hidden: 'log' }])
})
