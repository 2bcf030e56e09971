// Which hosts are ECR, by their name or by an emulator's answer.
import { findEcr, loginToEcr } from '../../../../actions/build-image/src/registry/ecr.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

let server: Awaited<ReturnType<typeof scriptedServer>>
let proxyEndpoint: string | undefined
beforeEach(async () => {
  server = await scriptedServer((_, response) => {
    if (proxyEndpoint === undefined) return answerJson(response, 400, { __type: 'UnknownOperationException' })
    const authorizationToken = Buffer.from('AWS:pass:word').toString('base64')
    answerJson(response, 200, { authorizationData: [{ authorizationToken, proxyEndpoint }] })
  })
})
afterEach(() => server.close())

const before = { ...process.env }
afterEach(() => {
  process.env = { ...before }
})

/** The AWS SDK reads endpoint and credentials from the environment of the process. */
function world() {
  const env = {
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_MAX_ATTEMPTS: '1',
  }
  Object.assign(process.env, env)
  return recordingWorld(env)
}

test('an AWS host is ECR by its name', async () => {
  const host = '123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu'
  expect(await findEcr(host, world().world)).toMatchObject({
    host,
    account: '123456789012',
    region: 'eusc-de-east-1',
    describable: true,
  })
  expect(server.seen).toEqual([])
})

test.each(['ghcr.io', 'docker.io', '10.0.0.1:5000'])('%s is not ECR, and AWS is not asked', async (host) => {
  expect(await findEcr(host, world().world)).toBeUndefined()
  expect(server.seen).toEqual([])
})

test('a loopback address is ECR when the emulator names its port', async () => {
  proxyEndpoint = 'http://127.0.0.1:5000'
  expect(await findEcr('127.0.0.1:5000', world().world)).toMatchObject({ account: undefined, describable: true })
  expect(await findEcr('127.0.0.2:5000', world().world)).toMatchObject({ describable: false })
  expect(await findEcr('127.0.0.1:5001', world().world)).toBeUndefined()
})

test('a loopback address is a plain registry when the emulator has no ECR', async () => {
  proxyEndpoint = undefined
  const { world: it, lines } = world()
  expect(await findEcr('127.0.0.1:5000', it)).toBeUndefined()
  expect(lines.join('\n')).toContain('127.0.0.1:5000 is treated as a plain registry')
})

test('a loopback address is a plain registry when the emulator names an address that cannot be read', async () => {
  proxyEndpoint = 'http://[registry'
  expect(await findEcr('127.0.0.1:5000', world().world)).toBeUndefined()
})

test('the token is masked, and is user and password', async () => {
  proxyEndpoint = 'http://127.0.0.1:5000'
  const { world: it, masked } = world()
  const ecr = await findEcr('127.0.0.1:5000', it)
  expect(ecr && (await loginToEcr(ecr, it))).toEqual({ username: 'AWS', password: 'pass:word' })
  expect(masked).toEqual([Buffer.from('AWS:pass:word').toString('base64'), 'pass:word'])
})
