import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { TaskLog } from '../../../../actions/deploy-ecs/src/logs/task-log.ts'
import { FakeClock } from '../../../support/clock.ts'

describe('TaskLog', () => {
  const container = (options: Record<string, string>) => ({
    name: 'app',
    logConfiguration: { logDriver: 'awslogs' as const, options },
  })
  const awslogs = container({ 'awslogs-group': 'g', 'awslogs-stream-prefix': 'p' })
  const arn = 'arn:aws:ecs:eu-west-1:123456789012:task/production/0123'
  /** Each answer is the lines that are there by then, or what goes wrong. */
  const taskLog = (definition: object, answers: readonly (readonly string[] | Error)[], view: object = {}) => {
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
    return {
      log: new TaskLog(context, definition as never, arn, { show: 'summary', scrub: (line) => line, ...view }),
      said,
      asked: () => asked,
    }
  }
  const named = (name: string) => Object.assign(new Error('no'), { name })

  test('waits after the end of the task for the last lines, which CloudWatch shows late', async () => {
    const { log, said } = taskLog(awslogs, [['one'], ['one'], ['one'], ['one', 'two'], ['one', 'two']])
    await log.logNewLines()
    await log.logRemainingLines()
    expect(said).toEqual(['  one', '  two'])
    expect(log.last).toEqual(['one', 'two'])
  })

  test('keeps the last ten lines for the error', async () => {
    const { log } = taskLog(awslogs, [Array.from({ length: 25 }, (_, at) => `${at}`)])
    await log.logNewLines()
    expect(log.last).toEqual(['15', '16', '17', '18', '19', '20', '21', '22', '23', '24'])
  })

  test('gives up a log that may not be read, and says so once', async () => {
    const { log, said, asked } = taskLog(awslogs, [named('AccessDeniedException')])
    for (let look = 0; look < 3; look++) await log.logNewLines()
    await log.logRemainingLines()
    expect(said).toEqual([expect.stringMatching(/^Cannot show the log of the task: .*AccessDeniedException/)])
    expect(asked()).toBe(1)
  })

  test('reads on after a connection error, and reports it once', async () => {
    const gone = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })
    const { log, said } = taskLog(awslogs, [gone, gone, ['one']])
    for (let look = 0; look < 3; look++) await log.logNewLines()
    expect(said).toEqual([expect.stringContaining('ECONNREFUSED'), '  one'])
  })

  test.each([
    ['another driver', { name: 'app', logConfiguration: { logDriver: 'json-file' } }],
    ['no driver', { name: 'app' }],
    ['no prefix', container({ 'awslogs-group': 'g' })],
  ])('says that it cannot be read with %s', async (_, definition) => {
    const { log, said, asked } = taskLog(definition, [['one']])
    await log.logNewLines()
    await log.logRemainingLines()
    expect(said).toEqual([
      'Cannot show the log of the task: app does not log to CloudWatch (`awslogs` with an `awslogs-stream-prefix`)',
    ])
    expect(asked()).toBe(0)
  })

  test('hides secrets, in the log and in the lines for the error', async () => {
    const scrub = (line: string) => line.replace('hunter2', '***')
    const { log, said } = taskLog(awslogs, [['password hunter2']], { scrub })
    await log.logNewLines()
    expect([said, log.last]).toEqual([['  password ***'], ['password ***']])
  })

  test('with show-container-logs: log keeps no line for the error, which stands in the summary', async () => {
    const { log, said } = taskLog(awslogs, [['one']], { show: 'log' })
    await log.logNewLines()
    expect([said, log.last]).toEqual([['  one'], []])
  })

  test('with show-container-logs: never is not read', async () => {
    const { log, said, asked } = taskLog(awslogs, [['one']], { show: 'never' })
    await log.logNewLines()
    await log.logRemainingLines()
    expect([said, log.last, asked()]).toEqual([[], [], 0])
  })
})
