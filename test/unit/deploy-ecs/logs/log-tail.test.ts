import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { LogTail } from '../../../../actions/deploy-ecs/src/logs/log-tail.ts'
import { FakeClock } from '../../../support/clock.ts'

describe('LogTail', () => {
  const stream = { region: 'eu-west-1', group: 'g', stream: 's' }
  /** CloudWatch: one page for each call. At the end of the log it returns the token that it was given. */
  const logging = (lines: string[], perPage: number) => {
    const send = async ({ input }: { input: { nextToken?: string } }) => {
      const from = Number(input.nextToken ?? 0)
      const events = lines.slice(from, from + perPage).map((message) => ({ message }))
      return { events, nextForwardToken: String(from + events.length) }
    }
    return new AwsCalls({ logs: () => ({ send }) } as never, new FakeClock(), new AbortController().signal)
  }

  test('reads all pages, and goes on from there the next time', async () => {
    const lines = Array.from({ length: 25 }, (_, at) => `line ${at}`)
    const aws = logging(lines, 10)
    const told: string[] = []
    const tail = new LogTail(stream, (line) => told.push(line))
    expect(await tail.read(aws)).toBe(25)
    expect(told).toEqual(lines)
    lines.push('the last')
    expect(await tail.read(aws)).toBe(1)
    expect(await tail.read(aws)).toBe(0)
    expect(told).toEqual(lines)
  })

  test('stops after 25 pages where the log grows faster than it is read', async () => {
    const told: string[] = []
    const aws = logging(new Array(1_000).fill('again'), 1)
    await new LogTail(stream, (line) => told.push(line)).read(aws)
    expect(told).toHaveLength(25)
  })
})
