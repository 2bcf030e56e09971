import { AwsCalls } from '../../../actions/deploy-ecs/src/aws-calls.ts'
import { LogTail } from '../../../actions/deploy-ecs/src/log-tail.ts'
import { FakeClock } from '../../support/clock.ts'

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
