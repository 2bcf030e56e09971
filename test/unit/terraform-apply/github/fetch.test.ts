// Through GitHub's own client, as it says what it needs of `fetch`.
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { connect, ownLogin } from '../../../../actions/terraform-apply/src/github/github.ts'
import { answerJson, type Seen, scriptedServer } from '../../../support/scripted-server.ts'

let answer: (seen: Seen, response: ServerResponse) => void
let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer((seen, response) => answer(seen, response))
})
afterEach(() => server.close())

const github = (more: Readonly<Record<string, string>> = {}) =>
  connect('the-token', { GITHUB_REPOSITORY: 'acme/infra', GITHUB_API_URL: server.url, ...more })
const repo = { owner: 'acme', repo: 'infra' }
const comment = async () =>
  (await github()).rest.rest.issues.createComment({ ...repo, issue_number: 1, body: 'häuser' })

test('sends a request of the client, and returns its answer', async () => {
  answer = (_, response) => answerJson(response, 201, { id: 7 })
  expect(await comment()).toMatchObject({ status: 201, data: { id: 7 } })
  const [{ method, path, body, headers } = {}] = server.seen
  expect([method, path, body]).toEqual(['POST', '/repos/acme/infra/issues/1/comments', { body: 'häuser' }])
  expect(headers?.authorization).toBe('token the-token')
})

test.each([204, 404])('passes on status %d', async (status) => {
  answer = (_, response) =>
    status === 204 ? response.writeHead(204).end() : answerJson(response, 404, { message: 'No' })
  const { rest } = await github()
  const done = rest.rest.issues.deleteComment({ ...repo, comment_id: 1 })
  if (status === 204) expect(await done).toMatchObject({ status })
  else await expect(done).rejects.toMatchObject({ status, message: 'No' })
  expect(server.seen[0]?.method).toBe('DELETE')
})

test('follows the proxy of the environment', async () => {
  answer = (_, response) => answerJson(response, 200, { data: { viewer: { login: 'mona' } } })
  const env = { GITHUB_API_URL: 'http://api.github.invalid', HTTP_PROXY: server.url }
  expect(await ownLogin(await github(env))).toBe('mona')
  expect(server.seen[0]?.headers.host).toBe('api.github.invalid')
})

test('sends the same request to the new address of a repository', async () => {
  answer = ({ path }, response) =>
    path.startsWith('/repositories/')
      ? answerJson(response, 201, { id: 7 })
      : response.writeHead(307, { location: `/repositories/1${path}` }).end()
  expect(await comment()).toMatchObject({ data: { id: 7 } })
  expect(server.seen.map(({ method, body }) => [method, body])).toEqual([
    ['POST', { body: 'häuser' }],
    ['POST', { body: 'häuser' }],
  ])
})

test.each([
  ['another server', () => 'http://elsewhere.invalid/'],
  ['itself', () => `${server.url}/`],
])('refuses a redirect to %s, as it would carry the token along or not end', async (_, location) => {
  answer = (_, response) => response.writeHead(301, { location: location() }).end()
  await expect(comment()).rejects.toThrow(/redirects to (elsewhere\.invalid|127\.0\.0\.1:\d+)\.$/)
})

test('fails when an answer breaks off', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  }
  // The message depends on whether the head of the answer had come. Both have this code among their causes.
  await expect(comment().catch((error: unknown) => Promise.reject(inspect(error)))).rejects.toContain("'ECONNRESET'")
})
