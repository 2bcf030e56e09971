// An SDK client against servers that send without end or never end, and a clock that a test drives.
import type { ServerResponse } from 'node:http'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { awsError, classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { HeldClock } from '../../../support/clock.ts'
import { answerWithoutEnd, scriptedServer } from '../../../support/scripted-server.ts'

const IDENTITY = '<Account>222222222222</Account>'
const BODY = `<GetCallerIdentityResponse><GetCallerIdentityResult>${IDENTITY}</GetCallerIdentityResult></GetCallerIdentityResponse>`
let answer: (response: ServerResponse) => void
let server: Awaited<ReturnType<typeof scriptedServer>>
let clock: HeldClock
beforeEach(async () => {
  clock = new HeldClock()
  server = await scriptedServer((_, response) => answer(response))
})
afterEach(() => server.close())

function ask({ maxAttempts = 1, bytes = 64 * 1024 * 1024, abortSignal = new AbortController().signal } = {}) {
  const sts = new STSClient({
    ...awsConfig({}, 'us-east-1', { clock, bytes, ms: 120_000 }),
    endpoint: server.url,
    maxAttempts,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  })
  return sts.send(new GetCallerIdentityCommand({}), { abortSignal }).finally(() => sts.destroy())
}

test('passes on an answer within the limits, and leaves no timer behind', async () => {
  answer = (response) => response.end(BODY)
  expect(await ask({ bytes: BODY.length })).toMatchObject({ Account: '222222222222' })
  expect(clock.sleeping).toEqual([])
})

test.each([200, 500])(
  'reads no more than the limit, also of an answer with status %d, and does not ask again',
  async (status) => {
    let closed: Promise<void> | undefined
    answer = (response) => {
      response.writeHead(status)
      closed = answerWithoutEnd(response)
    }
    const error = await ask({ maxAttempts: 5 }).catch((failure: unknown) => awsError(failure, 'ask'))
    expect(error).toMatchObject({
      message: 'The answer of 127.0.0.1 is larger than 64 MiB. It was not read to its end.',
    })
    await closed
    expect(server.seen).toHaveLength(1)
  },
)

test.each([
  ['begin', () => {}],
  ['end', (response: ServerResponse) => void response.writeHead(200).write('<Get')],
])('fails with a transient error when an answer does not %s in time, and asks again', async (_, begin) => {
  answer = (response) => {
    begin(response)
    clock.end(120_000)
  }
  const error = await ask({ maxAttempts: 2 }).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ message: 'The answer of 127.0.0.1 did not end within 120 s.' })
  expect(classifyAwsError(error)).toBe('transient')
  expect(server.seen).toHaveLength(2)
})

test('ends at once when the run is cancelled while an answer is read', async () => {
  const cancellation = new AbortController()
  answer = (response) => response.writeHead(200).write('<Get', () => cancellation.abort())
  await expect(ask({ maxAttempts: 5, abortSignal: cancellation.signal })).rejects.toMatchObject({ name: 'AbortError' })
  expect(server.seen).toHaveLength(1)
})
