import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The credentials that STS gives for a role. */
export const ROLE_KEYS = `<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>the-secret</SecretAccessKey>
  <SessionToken>the-token</SessionToken><Expiration>2026-01-01T01:00:00Z</Expiration></Credentials>`

const GRANTED: Readonly<Record<string, string>> = {
  AssumeRole: ROLE_KEYS,
  AssumeRoleWithWebIdentity: ROLE_KEYS,
  GetCallerIdentity: `<Account>222222222222</Account><Arn>arn:aws:sts::222222222222:assumed-role/deploy/web-7-1</Arn>`,
}

export interface StsRequest {
  readonly parameters: Readonly<Record<string, string>>
  /** The access key that signed it; `undefined` for a request that is not signed. */
  readonly signedBy: string | undefined
}

/** What STS answers to an action: the members of its result, or an error. */
export type StsAnswer = string | StsError

interface StsError {
  readonly code: string
  readonly message: string
  /** Default: 403. */
  readonly status?: number
  /** The server's time, where it is not that of this machine. */
  readonly date?: Date
}

/**
 * An STS on this machine that grants everything, unless `answers` says otherwise, and keeps the requests. A list is for as many
 * requests, in turn; after that it grants.
 */
async function fakeSts() {
  const requests: StsRequest[] = []
  const answers: Record<string, StsAnswer | StsAnswer[]> = {}
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { Version: _, ...parameters } = Object.fromEntries(new URLSearchParams(body))
    const signedBy = /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1]
    requests.push({ parameters, signedBy })
    const action = parameters['Action'] ?? ''
    const given = answers[action]
    const answer = (Array.isArray(given) ? given.shift() : given) ?? GRANTED[action] ?? ''
    if (typeof answer === 'string') {
      response.end(`<${action}Response><${action}Result>${answer}</${action}Result></${action}Response>`)
    } else {
      const error = `<Type>Sender</Type><Code>${answer.code}</Code><Message>${answer.message}</Message>`
      if (answer.date !== undefined) response.setHeader('date', answer.date.toUTCString())
      response.writeHead(answer.status ?? 403).end(`<ErrorResponse><Error>${error}</Error></ErrorResponse>`)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    reset() {
      requests.length = 0
      for (const action of Object.keys(answers)) delete answers[action]
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Starts one for the tests of a file. The SDK reads its address and the keys of the job from the process. */
export async function useSts() {
  const sts = await fakeSts()
  const before = { ...process.env }
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: sts.url,
      AWS_ACCESS_KEY_ID: 'AKIAOFTHEJOB',
      AWS_SECRET_ACCESS_KEY: 'secret',
    })
  })
  afterEach(() => sts.reset())
  afterAll(() => {
    process.env = before
    sts.close()
  })
  return sts
}
