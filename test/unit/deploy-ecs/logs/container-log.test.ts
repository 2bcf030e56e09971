import { logStreamOf, readLog } from '../../../../actions/deploy-ecs/src/logs/container-log.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

test('logStreamOf returns the stream that the awslogs driver writes to', () => {
  const options = { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'us-east-1' }
  const container = { name: 'app', logConfiguration: { logDriver: 'awslogs' as const, options } }
  expect(logStreamOf(container, 'abc', 'eu-west-1')).toEqual({
    group: '/web',
    stream: 'ecs/app/abc',
    region: 'us-east-1',
  })
  expect(logStreamOf({ name: 'app' }, 'abc', 'eu-west-1')).toBeUndefined()
  expect(logStreamOf({ name: 'app', logConfiguration: { logDriver: 'fluentd' } }, 'abc', 'eu-west-1')).toBeUndefined()
})

test.each([
  [
    'without a region of its own is in that of the service',
    { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs' },
    'eu-west-1',
  ],
  // Without a prefix the stream is named by the id of the container, which ECS does not report.
  ['without a prefix is not known', { 'awslogs-group': '/web' }, undefined],
  ['without a group is not known', { 'awslogs-stream-prefix': 'ecs' }, undefined],
])('a stream %s', (_, options: object, region) => {
  const container = { name: 'app', logConfiguration: { logDriver: 'awslogs' as const, options: { ...options } } }
  expect(logStreamOf(container, 'abc', 'eu-west-1')?.region).toBe(region)
})

describe('readLog', () => {
  const stream = { region: 'us-east-1', group: '/web', stream: 'ecs/app/abc' }
  const events = { events: [{ message: 'one\n' }, { message: '  two  ' }, {}], nextForwardToken: 'f/1' }

  test('returns the last lines, without white space at their ends', async () => {
    const { aws, calls } = fakeAws({ GetLogEvents: events })
    expect(await readLog(aws, stream, { limit: 25 })).toEqual({ lines: ['one', '  two', ''], next: 'f/1' })
    const input = { logGroupName: '/web', logStreamName: 'ecs/app/abc', limit: 25, startFromHead: false }
    expect(calls).toEqual([{ operation: 'GetLogEvents', region: 'us-east-1', input }])
  })

  test('goes on from a token', async () => {
    const { aws, requests } = fakeAws({ GetLogEvents: events })
    await readLog(aws, stream, { from: 'f/1', fromStart: true, limit: 5 })
    expect(requests('GetLogEvents')).toMatchObject([{ nextToken: 'f/1', startFromHead: true, limit: 5 }])
  })

  test('is empty for a stream that does not exist yet', async () => {
    const { aws } = fakeAws({ GetLogEvents: awsError('ResourceNotFoundException') })
    expect(await readLog(aws, stream, { limit: 25 })).toEqual({ lines: [] })
  })

  test('throws any other error', async () => {
    const { aws } = fakeAws({ GetLogEvents: awsError('AccessDeniedException') })
    await expect(readLog(aws, stream, { limit: 25 })).rejects.toThrow('Could not read the log `ecs/app/abc`.')
  })

  test.each([
    [true, 1],
    [false, 8],
  ])('with once: %s makes %d attempts', async (once, attempts) => {
    const { aws, calls } = fakeAws({ GetLogEvents: awsError('ThrottlingException') })
    await expect(readLog(aws, stream, { once, limit: 25 })).rejects.toThrow('ThrottlingException')
    expect(calls).toHaveLength(attempts)
  })
})
