import { answerJson, scriptedServer } from './scripted-server.ts'

/** A token with these claims; its signature is not checked here. */
export const jwt = (claims: object): string =>
  ['{"alg":"RS256","typ":"JWT"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

/** The claims of a GitHub job's token, as far as trust policies look at them. */
export const jobClaims = (more: object = {}) => ({
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'repo:org/web:environment:production',
  aud: 'sts.amazonaws.com',
  repository: 'org/web',
  exp: Math.floor(Date.now() / 1000) + 300,
  ...more,
})

/** Where GitHub gives a job its token: only with the bearer that the runner got, and for the audience it asks for. */
export async function tokenIssuer(claims: (audience: string) => object = (aud) => jobClaims({ aud })) {
  const bearer = 'runner-bearer-0123456789'
  const server = await scriptedServer(({ headers, query }, response) => {
    if (headers.authorization !== `Bearer ${bearer}`) return answerJson(response, 401, { message: 'Bad credentials' })
    answerJson(response, 200, { value: jwt(claims(query.get('audience') ?? '')) })
  })
  return {
    ...server,
    /** What a job with `permissions: id-token: write` has in its environment. */
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
  }
}
