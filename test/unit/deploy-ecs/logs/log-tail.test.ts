import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { LogTail } from '../../../../actions/deploy-ecs/src/logs/log-tail.ts'
import { TaskLog } from '../../../../actions/deploy-ecs/src/logs/task-log.ts'
import { FakeClock } from '../../../support/clock.ts'

describe('the log of the task before the deploy', () => {
  const stream = { region: 'eu-west-1', group: 'g', stream: 's' }
  /** CloudWatch: a page at a time, and the same token again at the end. */
  const logging = (lines: string[], perPage: number) => {
    const send = async ({ input }: { input: { nextToken?: string } }) => {
      const from = Number(input.nextToken ?? 0)
      const events = lines.slice(from, from + perPage).map((message) => ({ message }))
      return { events, nextForwardToken: String(from + events.length) }
    }
    return new AwsCalls({ logs: () => ({ send }) } as never, new FakeClock(), new AbortController().signal)
  }

  test('is read to where it is, however many pages that takes, and from there the next time', async () => {
    const lines = Array.from({ length: 25 }, (_, at) => `line ${at}`)
    const aws = logging(lines, 10)
    const told: string[] = []
    const tail = new LogTail(stream, (line) => told.push(line))
    await tail.read(aws)
    expect(told).toEqual(lines)
    lines.push('the last')
    await tail.read(aws)
    expect(told).toEqual(lines)
  })

  test('is not read for ever where it grows faster than it can be read', async () => {
    const told: string[] = []
    const aws = logging(new Array(1_000).fill('again'), 1)
    await new LogTail(stream, (line) => told.push(line)).read(aws)
    expect(told.length).toBeGreaterThan(10)
    expect(told.length).toBeLessThan(100)
  })
})

describe('the log of a task that runs once', () => {
  const container = (options: Record<string, string>) => ({
    name: 'app',
    logConfiguration: { logDriver: 'awslogs' as const, options },
  })
  const awslogs = container({ 'awslogs-group': 'g', 'awslogs-stream-prefix': 'p' })
  const arn = 'arn:aws:ecs:eu-west-1:123456789012:task/production/0123'
  /** Each answer is the lines that are there by then, or what goes wrong. */
  const taskLog = (definition: object, answers: readonly (readonly string[] | Error)[]) => {
    const clock = new FakeClock()
    const signal = new AbortController().signal
    let asked = 0
    const send = async ({ input }: { input: { nextToken?: string } }) => {
      const lines = answers[Math.min(asked++, answers.length - 1)] ?? []
      if (lines instanceof Error) throw lines
      const from = Number(input.nextToken ?? 0)
      return { events: lines.slice(from).map((message) => ({ message })), nextForwardToken: `${lines.length}` }
    }
    const said: string[] = []
    const aws = new AwsCalls({ logs: () => ({ send }) } as never, clock, signal)
    const context = { aws, clock, signal, log: { info: (line: string) => said.push(line) } } as never
    return { log: new TaskLog(context, definition as never, arn), said, asked: () => asked }
  }
  const named = (name: string) => Object.assign(new Error('no'), { name })

  test('has what was written last, although CloudWatch shows it a moment after the end', async () => {
    const { log, said } = taskLog(awslogs, [['one'], ['one'], ['one'], ['one', 'two'], ['one', 'two']])
    await log.look()
    await log.rest()
    expect(said).toEqual(['  one', '  two'])
    expect(log.last).toEqual(['one', 'two'])
  })

  test('keeps the last ten lines for the error', async () => {
    const { log } = taskLog(awslogs, [Array.from({ length: 25 }, (_, at) => `${at}`)])
    await log.look()
    expect(log.last).toEqual(['15', '16', '17', '18', '19', '20', '21', '22', '23', '24'])
  })

  test('that may not be read is given up, and said once', async () => {
    const { log, said, asked } = taskLog(awslogs, [named('AccessDeniedException')])
    for (let look = 0; look < 3; look++) await log.look()
    await log.rest()
    expect(said).toEqual([expect.stringMatching(/^The log of the task is not shown here: .*AccessDeniedException/)])
    expect(asked()).toBe(1)
  })

  test('that cannot be reached for a moment is said once, and read on', async () => {
    const gone = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })
    const { log, said } = taskLog(awslogs, [gone, gone, ['one']])
    for (let look = 0; look < 3; look++) await log.look()
    expect(said).toEqual([expect.stringContaining('ECONNREFUSED'), '  one'])
  })

  test.each([
    ['another driver', { name: 'app', logConfiguration: { logDriver: 'json-file' } }],
    ['no driver', { name: 'app' }],
    ['no prefix', container({ 'awslogs-group': 'g' })],
  ])('with %s is nowhere to be read, which is said', async (_, definition) => {
    const { log, said, asked } = taskLog(definition, [['one']])
    await log.look()
    await log.rest()
    expect(said).toEqual([
      'The log of the task is not shown here: app does not log to CloudWatch (`awslogs` with an `awslogs-stream-prefix`)',
    ])
    expect(asked()).toBe(0)
  })
})
