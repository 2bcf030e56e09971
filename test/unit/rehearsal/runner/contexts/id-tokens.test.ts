import { claimsOf } from '../../../../../rehearsal/runner/contexts/id-tokens.ts'
import { removeFolders, run } from '../support.ts'

afterAll(removeFolders)

const ask = `curl -sH "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com"`
const job = (more: string, script = ask) => `
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    ${more}
    steps:
      - run: |
          ${script}
`
const claims = (log: readonly string[]) => {
  const { value } = JSON.parse(log.at(-1) ?? '') as { value: string }
  return JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString())
}

it('a job with id-token: write gets a token with its claims', async () => {
  const { log, result } = await run(job('permissions: { id-token: write }'))
  expect(result.conclusion).toBe('success')
  expect(claims(log)).toMatchObject({
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub: 'repo:acme@1/web@1:ref:refs/heads/main',
    repository: 'acme/web',
  })
})

it('the subject of a job in an environment has the environment instead of the branch', async () => {
  const { log } = await run(job('permissions: { id-token: write }\n    environment: stage'))
  expect(claims(log)).toMatchObject({ sub: 'repo:acme@1/web@1:environment:stage', environment: 'stage' })
})

it("the subject has the ids of owner and repository, GitHub's format since July 2026", () => {
  const ids = { repository_owner_id: '12', repository_id: '345' }
  expect(claimsOf({ repository: 'acme/web', repository_owner: 'acme', ...ids }, 'prod')).toMatchObject({
    sub: 'repo:acme@12/web@345:environment:prod',
    ...ids,
  })
})

it('a job without id-token: write gets no token', async () => {
  const stranger = await run(
    job('permissions: { id-token: write }', ask.replace('$ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'x')),
  )
  expect(JSON.parse(stranger.log.at(-1) ?? '')).toEqual({ message: 'Bad credentials' })
  const { log } = await run(job('permissions: { contents: write }', 'echo "[$ACTIONS_ID_TOKEN_REQUEST_URL]"'))
  expect(log).toEqual(['[]'])
})

it.each(['Host: rebound.example', 'Origin: https://page.example'])(
  'a request with %s gets no token',
  async (header) => {
    const { log } = await run(job('permissions: { id-token: write }', `${ask} -H "${header}" -w '%{http_code}'`))
    expect(log.at(-1)).toBe('403')
  },
)

it('a request for a path that is no address is refused, and the next one gets a token', async () => {
  const script = `curl -s --request-target '//' -w '%{http_code}\\n' "$ACTIONS_ID_TOKEN_REQUEST_URL" && ${ask}`
  const { log } = await run(job('permissions: { id-token: write }', script))
  expect(log.at(-2)).toBe('400')
  expect(claims(log)).toMatchObject({ repository: 'acme/web' })
})
