import type { ServerResponse } from 'node:http'
import { requestJobToken } from '../../../../actions/assume-role/src/sts/job-token.ts'
import { CancelledError, type SlipwayError } from '../../../../toolkit/errors.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { answerJson, answerWithoutEnd, scriptedServer } from '../../../support/scripted-server.ts'

let answer: (response: ServerResponse, count: number) => void
let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer((_, response, count) => answer(response, count))
})
afterEach(() => server.close())

const env = (url = server.url) => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
})
async function requested(more: Readonly<Record<string, string>> = {}, url = server.url) {
  const recorded = recordingWorld({ ...env(url), ...more })
  return { ...recorded, value: await requestJobToken('sts.amazonaws.com', recorded.world) }
}
const request = async (...given: Parameters<typeof requested>) => (await requested(...given)).value
const refusal = (): Promise<SlipwayError> =>
  requested().then(
    () => Promise.reject(new Error('A token was issued.')),
    (error) => error,
  )
const token = (response: ServerResponse) => answerJson(response, 200, { value: 'the-token' })

test('asks for the audience, with the bearer of the runner', async () => {
  answer = token
  expect(await request()).toBe('the-token')
  expect(
    server.seen.map(({ method, path, query, headers }) => [method, path, `${query}`, headers.authorization]),
  ).toEqual([['GET', '/token', 'api-version=2.0&audience=sts.amazonaws.com', 'Bearer bearer']])
})

test('names the variable that has no address', async () => {
  await expect(requested({ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://[token' })).rejects.toMatchObject({
    message: '`ACTIONS_ID_TOKEN_REQUEST_URL` is not an address.',
    hint: expect.stringContaining('under `env:`'),
  })
})

test('follows the proxy of the environment, also without its scheme', async () => {
  answer = token
  const proxy = server.url.replace('http://', '')
  expect(await request({ HTTP_PROXY: proxy }, 'http://token.invalid')).toBe('the-token')
  expect(server.seen[0]?.headers.host).toBe('token.invalid')
})

test.each([408, 429, 500, 502, 503])('asks again after status %d', async (status) => {
  answer = (response, count) => (count < 4 ? answerJson(response, status, {}) : token(response))
  const { value, lines } = await requested()
  expect(value).toBe('the-token')
  expect(lines[0]).toMatch(
    new RegExp(`^GitHub answered the request for an OIDC token with status ${status}\\. Attempt 2 of 5 in `),
  )
})

test.each([
  ['a connection that broke', (response: ServerResponse) => response.destroy()],
  [
    'an answer that is cut off',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' }).write('{')
      setImmediate(() => response.destroy())
    },
  ],
  ['a page of a proxy', (response: ServerResponse) => response.end('<html>Try again</html>')],
])('asks again after %s', async (_, trouble) => {
  answer = (response, count) => (count === 0 ? trouble(response) : token(response))
  expect(await request()).toBe('the-token')
})

test('waits as long as GitHub asks for', async () => {
  answer = (response, count) => (count === 0 ? answerJson(response, 429, {}, { 'retry-after': '7' }) : token(response))
  const { value, clock } = await requested()
  expect({ value, slept: clock.slept }).toEqual({ value: 'the-token', slept: [7000] })
})

test('gives up within a minute, and says that GitHub has the problem and not the permissions of the job', async () => {
  answer = (response) => answerJson(response, 500, {})
  const failure = await refusal()
  expect(failure.message).toBe(
    'GitHub did not issue an OIDC token for the job in 5 attempts: it answered with status 500.',
  )
  expect(failure.hint).toContain('https://www.githubstatus.com')
  expect(failure.hint).not.toContain('id-token')
  expect(server.seen).toHaveLength(5)
})

test('names the host that could not be reached, and not the permissions of the job', async () => {
  answer = (response) => response.destroy()
  const failure = await refusal()
  expect(failure.message).toMatch(/^GitHub did not issue an OIDC token for the job in 5 attempts: .*socket hang up/)
  expect(failure.hint).toContain(`\`${new URL(server.url).host}\``)
  expect(failure.hint).not.toContain('id-token')
})

test.each([401, 403])('names the permission for the refusal %d, and does not ask again', async (status) => {
  answer = (response) => answerJson(response, status, { message: 'no' })
  const failure = await refusal()
  expect(failure.message).toBe(`GitHub did not issue an OIDC token for the job: it answered with status ${status}.`)
  expect(failure.hint).toContain('id-token: write')
  expect(server.seen).toHaveLength(1)
})

test('names the audience for another refusal', async () => {
  answer = (response) => answerJson(response, 400, { message: 'no' })
  expect((await refusal()).hint).toContain('`audience`')
  expect(server.seen).toHaveLength(1)
})

test.each(['', '[]', 'null', '{"value":""}', '{"value":7}'])('refuses an answer without a token: %j', async (text) => {
  answer = (response) => response.end(text)
  await expect(request()).rejects.toThrow('it answered without a token.')
})

test('ends the pause when the run is cancelled', async () => {
  answer = (response) => answerJson(response, 503, {})
  const cancellation = new AbortController()
  const { world } = recordingWorld(env(), { signal: cancellation.signal })
  const log = { ...world.log, info: () => cancellation.abort(new CancelledError('The run was cancelled.')) }
  await expect(requestJobToken('sts.amazonaws.com', { ...world, log })).rejects.toThrow(CancelledError)
  expect(server.seen).toHaveLength(1)
})

test('reads no more than a mebibyte', async () => {
  let closed: Promise<void> | undefined
  answer = (response) => {
    closed = answerWithoutEnd(response)
  }
  await expect(request()).rejects.toThrow('The answer is larger than 1048576 bytes.')
  await closed
})
