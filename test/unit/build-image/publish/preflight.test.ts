// What `create-repository` leaves behind, also when a run before it got only halfway.
import { ECRClient } from '@aws-sdk/client-ecr'
import { preflight } from '../../../../actions/build-image/src/publish/preflight.ts'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

const POLICY = '{"rules":[]}'
const refuse = (name: string): [number, object] => [400, { __type: name, message: 'no' }]
let server: Awaited<ReturnType<typeof scriptedServer>>
let answers: Record<string, [number, object]>
let lines: string[]
const calls = () => server.seen.map(({ headers }) => String(headers['x-amz-target']).split('.')[1])

beforeEach(async () => {
  server = await scriptedServer(({ headers }, response) => {
    const call = String(headers['x-amz-target']).split('.')[1] ?? ''
    answerJson(response, ...(answers[call] ?? [200, {}]))
  })
  lines = []
})
afterEach(() => server.close())

const ready = (
  { lifecyclePolicy, create }: { lifecyclePolicy?: string | undefined; create?: false } = { lifecyclePolicy: POLICY },
) => {
  const client = new ECRClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  })
  const ecr = { host: 'ecr', account: '123456789012', region: 'eu-west-1', describable: true, client }
  const registries = {
    at: async () => ({ registry: { checkPush: async () => {}, resolve: async () => undefined }, ecr }),
  } as unknown as Registries
  const world = {
    log: { info: (line: string) => lines.push(line) },
    signal: new AbortController().signal,
  } as unknown as World
  const options = create === false ? undefined : { immutableTags: true, scanOnPush: true, lifecyclePolicy }
  return preflight([{ repository: { host: 'ecr', path: 'web' }, tags: ['v1'] }], registries, options, world)
}

const MISSING = { DescribeRepositories: refuse('RepositoryNotFoundException') }
const THERE: Record<string, [number, object]> = {
  DescribeRepositories: [200, { repositories: [{ repositoryName: 'web' }] }],
}
const NO_POLICY = { GetLifecyclePolicy: refuse('LifecyclePolicyNotFoundException') }

test('sets the lifecycle policy of a new repository', async () => {
  answers = MISSING
  await ready()
  expect(calls()).toEqual(['DescribeRepositories', 'CreateRepository', 'PutLifecyclePolicy'])
})

test('names a lifecycle policy that could not be set, and sets it in the next run', async () => {
  answers = { ...MISSING, PutLifecyclePolicy: refuse('AccessDeniedException') }
  await expect(ready()).rejects.toThrow('Could not set the lifecycle policy of ecr/web (ecr:PutLifecyclePolicy)')
  server.seen.length = 0
  answers = { ...THERE, ...NO_POLICY }
  await ready()
  expect(calls()).toEqual(['DescribeRepositories', 'GetLifecyclePolicy', 'PutLifecyclePolicy'])
  expect(server.seen.at(-1)?.body).toEqual({
    registryId: '123456789012',
    repositoryName: 'web',
    lifecyclePolicyText: POLICY,
  })
})

test('sets the lifecycle policy when another run has just created the repository', async () => {
  answers = { ...MISSING, ...NO_POLICY, CreateRepository: refuse('RepositoryAlreadyExistsException') }
  await ready()
  expect(calls().at(-1)).toBe('PutLifecyclePolicy')
})

test('does not change an existing lifecycle policy', async () => {
  answers = { ...THERE, GetLifecyclePolicy: [200, { lifecyclePolicyText: '{"rules":[{}]}' }] }
  await ready()
  expect(calls()).not.toContain('PutLifecyclePolicy')
})

test('reads no lifecycle policy without the input, and continues without permission to read it', async () => {
  answers = THERE
  await ready({ lifecyclePolicy: undefined })
  expect(calls()).toEqual(['DescribeRepositories'])
  answers = { ...THERE, GetLifecyclePolicy: refuse('AccessDeniedException') }
  await ready()
  expect(lines.join('\n')).toContain('ecr:GetLifecyclePolicy')
  expect(calls()).not.toContain('PutLifecyclePolicy')
})

test('refuses a repository that does not exist, unless it may create it', async () => {
  answers = MISSING
  await expect(ready({ create: false })).rejects.toMatchObject({
    message: 'The repository ecr/web does not exist.',
    hint: expect.stringContaining('create-repository: true'),
  })
  expect(calls()).toEqual(['DescribeRepositories'])
  expect((await ready({}))[0]?.tags).toEqual([{ tag: 'v1', current: undefined, immutable: true }])
})

test('continues without permission to describe the repository, and takes no tag for immutable', async () => {
  answers = { DescribeRepositories: refuse('AccessDeniedException') }
  expect((await ready())[0]?.tags).toEqual([{ tag: 'v1', current: undefined, immutable: false }])
  expect(calls()).toEqual(['DescribeRepositories'])
  expect(lines[0]).toContain('no permission to describe it (ecr:DescribeRepositories)')
})

test.each<[string, object, boolean]>([
  ['MUTABLE', {}, false],
  ['IMMUTABLE', {}, true],
  [
    'IMMUTABLE_WITH_EXCLUSION',
    { imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'v*' }] },
    false,
  ],
  [
    'IMMUTABLE_WITH_EXCLUSION',
    { imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'x*' }] },
    true,
  ],
  ['MUTABLE_WITH_EXCLUSION', { imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'v*' }] }, true],
])('in a repository that is %s with %j, v1 is immutable: %p', async (imageTagMutability, more, immutable) => {
  const repository = { repositoryName: 'web', imageTagMutability, ...more }
  answers = { DescribeRepositories: [200, { repositories: [repository] }] }
  expect((await ready({ create: false }))[0]?.tags).toMatchObject([{ tag: 'v1', immutable }])
})
