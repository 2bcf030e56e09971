import { ECRClient } from '@aws-sdk/client-ecr'
import {
  putLifecyclePolicy,
  putMissingLifecyclePolicy,
} from '../../../../actions/build-image/src/registry/lifecycle-policy.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

const POLICY = '{"rules":[]}'
let server: Awaited<ReturnType<typeof scriptedServer>>
let answers: Readonly<Record<string, [number, object]>>
beforeEach(async () => {
  server = await scriptedServer(({ headers }, response) => {
    answerJson(response, ...(answers[callOf(headers)] ?? [200, {}]))
  })
  answers = {}
})
afterEach(() => server.close())

const callOf = (headers: Readonly<Record<string, unknown>>) => String(headers['x-amz-target']).split('.')[1] ?? ''
const calls = () => server.seen.map(({ headers }) => callOf(headers))
const refuse = (name: string): [number, object] => [400, { __type: name, message: 'no' }]

const ecr = (account: string | undefined) => ({
  host: 'ecr.test',
  account,
  region: 'eu-west-1',
  describable: true,
  client: new ECRClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  }),
})

test.each([
  ['123456789012', { registryId: '123456789012' }],
  [undefined, {}],
])('sets the policy in the registry of the account %s', async (account, registry) => {
  await putLifecyclePolicy(ecr(account), 'web', POLICY)
  expect(server.seen[0]?.body).toEqual({ ...registry, repositoryName: 'web', lifecyclePolicyText: POLICY })
})

test('names the repository and the permission when it may not set the policy', async () => {
  answers = { PutLifecyclePolicy: refuse('AccessDeniedException') }
  await expect(putLifecyclePolicy(ecr(undefined), 'web', POLICY)).rejects.toThrow(
    'Could not set the lifecycle policy of ecr.test/web (ecr:PutLifecyclePolicy)',
  )
})

const putMissing = async () => {
  const { world, lines } = recordingWorld({})
  await putMissingLifecyclePolicy(ecr(undefined), 'web', POLICY, world)
  return lines
}

test('sets the policy of a repository that has none, and says so', async () => {
  answers = { GetLifecyclePolicy: refuse('LifecyclePolicyNotFoundException') }
  expect(await putMissing()).toEqual(['ecr.test/web: lifecycle policy set, as it had none'])
  expect(calls()).toEqual(['GetLifecyclePolicy', 'PutLifecyclePolicy'])
})

test('leaves an existing policy as it is', async () => {
  expect(await putMissing()).toEqual([])
  expect(calls()).toEqual(['GetLifecyclePolicy'])
})

test('leaves a policy that it may not read as it is, and says so', async () => {
  answers = { GetLifecyclePolicy: refuse('AccessDeniedException') }
  expect(await putMissing()).toEqual([expect.stringContaining('no permission to read the lifecycle policy')])
  expect(calls()).toEqual(['GetLifecyclePolicy'])
})

test('any other failure to read the policy is an error', async () => {
  answers = { GetLifecyclePolicy: refuse('InvalidParameterException') }
  await expect(putMissing()).rejects.toThrow(
    'Could not look up the lifecycle policy of ecr.test/web (ecr:GetLifecyclePolicy)',
  )
})
