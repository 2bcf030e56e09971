import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { CancelledError, SlipwayError } from '../../../../toolkit/errors.ts'
import { FakeClock } from '../../../support/clock.ts'
import { awsError } from '../../../support/deploy-ecs/fake-aws.ts'

const make = () => {
  const clock = new FakeClock(0)
  const controller = new AbortController()
  return { clock, controller, aws: new AwsCalls({} as never, clock, controller.signal) }
}

/** Fails so many times, then answers. */
const failing = (times: number, error: Error) => {
  let made = 0
  const send = async () => {
    made++
    if (made <= times) throw error
    return 'answer'
  }
  return { send, made: () => made }
}

const throttled = awsError('ThrottlingException', 'Rate exceeded')

describe('call', () => {
  test('repeats a throttled call until it is answered, seven times at most', async () => {
    const { send, made } = failing(7, throttled)
    await expect(make().aws.call('other', 'look', send)).resolves.toBe('answer')
    expect(made()).toBe(8)
    await expect(make().aws.call('other', 'look', failing(8, throttled).send)).rejects.toThrow(SlipwayError)
  })

  test('waits between attempts, longer each time up to ten seconds', async () => {
    const { aws, clock } = make()
    await aws.call('other', 'look', failing(7, throttled).send)
    // The pause doubles from 500 ms, and is shortened at random by half at most.
    const longest = [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]
    expect(clock.slept).toHaveLength(longest.length)
    for (const [index, ms] of clock.slept.entries()) {
      expect(ms).toBeGreaterThanOrEqual((longest[index] ?? 0) / 2)
      expect(ms).toBeLessThanOrEqual(longest[index] ?? 0)
    }
  })

  test.each(['AccessDeniedException', 'ClientException', 'ExpiredTokenException'])(
    'does not repeat %s',
    async (name) => {
      const { send, made } = failing(1, awsError(name))
      await expect(make().aws.call('other', 'look', send)).rejects.toThrow(`Could not look. ${name}: ${name}`)
      expect(made()).toBe(1)
    },
  )

  test('repeats a connection error', async () => {
    const unreachable = Object.assign(new Error('connect EHOSTUNREACH 10.0.0.1:443'), { code: 'EHOSTUNREACH' })
    await expect(make().aws.call('other', 'look', failing(1, unreachable).send)).resolves.toBe('answer')
  })

  test('does not start when the run is cancelled', async () => {
    const { aws, controller } = make()
    controller.abort()
    const { send, made } = failing(0, throttled)
    await expect(aws.call('other', 'look', send)).rejects.toThrow(CancelledError)
    expect(made()).toBe(0)
  })

  test('reports a call that the cancellation aborts as cancelled, whatever error it ends with', async () => {
    const { aws, controller } = make()
    const send = async () => {
      controller.abort()
      throw awsError('ThrottlingException')
    }
    await expect(aws.call('other', 'look', send)).rejects.toThrow(CancelledError)
  })

  test('gives the client the signal of the run', async () => {
    const { aws, controller } = make()
    await aws.call('other', 'look', async ({ abortSignal }) => expect(abortSignal).toBe(controller.signal))
  })
})

test('callOnce makes one attempt, also of a call that could be repeated', async () => {
  const { send, made } = failing(1, throttled)
  await expect(make().aws.callOnce('register', 'register', send)).rejects.toMatchObject({
    message: 'Could not register. ThrottlingException: Rate exceeded',
    cause: throttled,
  })
  expect(made()).toBe(1)
})

test('brief makes three attempts', async () => {
  const { send, made } = failing(3, throttled)
  await expect(make().aws.brief().call('other', 'look', send)).rejects.toThrow(SlipwayError)
  expect(made()).toBe(3)
})

test('brief and within draw from the same rate, and know the same unreadable services', async () => {
  const { aws, clock } = make()
  const others = [aws.brief(), aws.within(new AbortController().signal)]
  const send = async () => 'answer'
  // "register" allows a burst of 10, then one call each two seconds.
  for (let count = 0; count < 10; count++) await aws.callOnce('register', 'register', send)
  expect(clock.slept).toEqual([])
  for (const other of others) await other.callOnce('register', 'register', send)
  expect(clock.slept).toEqual([2_000, 2_000])
  aws.unreadableServiceDeployments.add('prod/web')
  for (const other of others) expect(other.unreadableServiceDeployments.has('prod/web')).toBe(true)
})

test('buckets do not share a rate', async () => {
  const { aws, clock } = make()
  for (let count = 0; count < 10; count++) await aws.callOnce('register', 'register', async () => '')
  await aws.callOnce('tasks', 'list', async () => '')
  expect(clock.slept).toEqual([])
})

test('within works after the run was cancelled', async () => {
  const { aws, controller } = make()
  controller.abort()
  const after = aws.within(new AbortController().signal)
  await expect(after.call('other', 'roll back', async () => 'answer')).resolves.toBe('answer')
})
