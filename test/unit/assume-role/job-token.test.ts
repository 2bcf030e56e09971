import type { ServerResponse } from 'node:http'
import { requestJobToken } from '../../../actions/assume-role/src/job-token.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { answerJson, answerWithoutEnd, scriptedServer } from '../../support/scripted-server.ts'

let answer: (response: ServerResponse, count: number) => void
let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer((_, response, count) => answer(response, count))
})
afterEach(() => server.close())

const request = (more: Readonly<Record<string, string>> = {}, url = server.url) =>
  requestJobToken(
    'sts.amazonaws.com',
    recordingWorld({
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
      ...more,
    }).world,
  )
const token = (response: ServerResponse) => answerJson(response, 200, { value: 'the-token' })

test('asks for the audience, with the bearer of the runner', async () => {
  answer = token
  expect(await request()).toBe('the-token')
  expect(
    server.seen.map(({ method, path, query, headers }) => [method, path, `${query}`, headers.authorization]),
  ).toEqual([['GET', '/token', 'api-version=2.0&audience=sts.amazonaws.com', 'Bearer bearer']])
})

test('follows the proxy of the environment, also without its scheme', async () => {
  answer = token
  const proxy = server.url.replace('http://', '')
  expect(await request({ HTTP_PROXY: proxy }, 'http://token.invalid')).toBe('the-token')
  expect(server.seen[0]?.headers.host).toBe('token.invalid')
})

test.each([429, 503])('asks again after status %d', async (status) => {
  answer = (response, count) => (count < 2 ? answerJson(response, status, {}) : token(response))
  expect(await request()).toBe('the-token')
})

test('asks again after a connection that broke', async () => {
  answer = (response, count) => (count === 0 ? response.destroy() : token(response))
  expect(await request()).toBe('the-token')
})

test('names the status of a refusal, and does not ask again', async () => {
  answer = (response) => answerJson(response, 403, { message: 'no' })
  await expect(request()).rejects.toThrow('GitHub answered with status 403.')
  expect(server.seen).toHaveLength(1)
})

test.each(['', '[]', 'null', '{"value":""}', '{"value":7}'])('refuses an answer without a token: %j', async (text) => {
  answer = (response) => response.end(text)
  await expect(request()).rejects.toThrow('GitHub answered without a token.')
})

test('reads no more than a mebibyte', async () => {
  let closed: Promise<void> | undefined
  answer = (response) => {
    closed = answerWithoutEnd(response)
  }
  await expect(request()).rejects.toThrow('The answer is larger than 1048576 bytes.')
  await closed
})
