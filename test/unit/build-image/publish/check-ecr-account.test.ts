import { checkEcrAccount } from '../../../../actions/build-image/src/publish/check-ecr-account.ts'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { scriptedServer } from '../../../support/scripted-server.ts'

const CALLER = '<Account>111111111111</Account><Arn>arn:aws:sts::111111111111:assumed-role/ci/run</Arn>'
let sts: Awaited<ReturnType<typeof scriptedServer>>
const before = { ...process.env }
beforeEach(async () => {
  const result = `<GetCallerIdentityResult>${CALLER}</GetCallerIdentityResult>`
  sts = await scriptedServer((_, response) => {
    const xml = `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`
    response.writeHead(200, { 'content-type': 'text/xml' }).end(xml)
  })
  // The AWS SDK reads them from the environment of the process.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  })
})
afterEach(async () => {
  process.env = { ...before }
  await sts.close()
})

/** Each host, with the region of its ECR registry; `undefined` for any other registry. */
const HOSTS: Readonly<Record<string, string | undefined>> = { ghcr: undefined, ecr: 'eu-central-1', other: 'us-east-1' }
const opened: string[] = []
const registries = {
  at: async (host: string) => {
    opened.push(host)
    return { ecr: HOSTS[host] === undefined ? undefined : { region: HOSTS[host] } }
  },
} as unknown as Registries

const check = (expectedAccountId: string | undefined, ...hosts: readonly string[]) => {
  const destinations = hosts.map((host) => ({ repository: { host, path: 'web' }, tags: [] }))
  return checkEcrAccount({ expectedAccountId }, destinations, registries, recordingWorld({}).world)
}

test('accepts credentials of the expected account, asked for in the region of the first ECR registry', async () => {
  await check('111111111111', 'ghcr', 'ecr', 'other')
  expect(sts.seen).toHaveLength(1)
  expect(sts.seen[0]?.headers.authorization).toContain('/eu-central-1/sts/')
})

test('refuses credentials of another account', async () => {
  await expect(check('222222222222', 'ecr')).rejects.toMatchObject({
    input: 'expected-account-id',
    message: expect.stringContaining('is 222222222222, but the credentials belong to account 111111111111'),
  })
})

test('asks for no account without an ECR registry', async () => {
  await check('222222222222', 'ghcr')
  expect(sts.seen).toEqual([])
})

test('opens no registry without the input', async () => {
  opened.length = 0
  await check(undefined, 'ecr')
  expect([opened, sts.seen]).toEqual([[], []])
})
