// The decisions of .github/workflows/deploy.yml: which steps run, with what, and what the whole comes to. The real workflow on
// the rehearsal's runner; the actions are stand-ins with the inputs and outputs of the real ones, and do what a case says.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { BAD_GATE, deployWorkflow, KEYS, type Play, ROLE, WELL } from '../support/deploy-workflow.ts'
import { removeFolders } from './rehearsal/runner/support.ts'

const root = join(import.meta.dirname, '../..')
const { deploy, folder: slipway, remove } = deployWorkflow()
afterAll(() => {
  removeFolders()
  remove()
})

const start = ['assume-role', 'terraform-apply apply', 'build-image']
const told = 'datadog-event event'
const mark = 'build-image mark'
const watched = ['datadog-event baseline', 'deploy-ecs deploy', 'datadog-event gate']

test('assumes the role, applies, builds and deploys without Datadog keys; every step checks the account', async () => {
  const { conclusion, verdict, order, calls, of } = await deploy({})
  expect({ conclusion, verdict, order }).toEqual({
    conclusion: 'success',
    verdict: 'succeeded',
    order: [...start, 'deploy-ecs deploy', mark],
  })
  const [role, ...others] = calls
  expect(role).toMatchObject({
    'role-to-assume': ROLE.AWS_ROLE,
    'allowed-account-ids': '111111111111',
    'role-chaining': 'false',
  })
  for (const call of others) {
    expect(call).toMatchObject({ 'expected-account-id': '111111111111', 'aws-region': 'eu-west-1' })
  }
  expect(of('image')).toMatchObject({ images: 'registry/web' })
  expect(of('image')).toMatchObject({ promote: 'none' })
})

test('without any variable or optional output, no step gets an empty value that it refuses', async () => {
  const infrastructure = { repository: 'registry/web', cluster: 'stage', service: 'web' }
  const { conclusion, of } = await deploy({
    vars: { AWS_ROLE: ROLE.AWS_ROLE },
    secrets: KEYS,
    play: { infrastructure },
  })
  expect(conclusion).toBe('success')
  expect(of('rollout')).toMatchObject({
    template: 'none',
    'container-name': 'auto',
    'desired-count': 'unchanged',
    'scale-in': 'auto',
    'expected-account-id': 'any',
    'aws-region': 'AWS_REGION',
  })
})

test.each([
  ['true', 'false'],
  ['false', 'auto'],
])('the output `autoscaling: %s` is `scale-in: %s`', async (autoscaling, scaleIn) => {
  const infrastructure = { ...WELL['infrastructure'], autoscaling }
  expect((await deploy({ play: { infrastructure } })).of('rollout')).toMatchObject({ 'scale-in': scaleIn })
})

test('empty tags of monitors stand for those of the deploy, before the rollout and after it', async () => {
  const { conclusion, of } = await deploy({ secrets: KEYS, inputs: { 'datadog-monitor-tags': '' } })
  expect([conclusion, of('before')?.['monitor-tags'], of('gate')?.['monitor-tags']]).toEqual([
    'success',
    'auto',
    'auto',
  ])
})

test('priorities of monitors come from the input, else from the variable, else all count', async () => {
  const priorities = async (more: Parameters<typeof deploy>[0]) =>
    (await deploy({ secrets: KEYS, ...more })).of('gate')?.['monitor-priorities']
  expect(await priorities({})).toBe('any')
  const vars = { DATADOG_MONITOR_PRIORITIES: 'P1' }
  expect(await priorities({ vars })).toBe('P1')
  expect(await priorities({ vars, inputs: { 'datadog-monitor-priorities': 'P1, P2' } })).toBe('P1, P2')
})

test('an empty image, as of an output that was dropped, is refused and not built', async () => {
  const { conclusion, order, of } = await deploy({ image: '' })
  expect({ conclusion, order }).toEqual({ conclusion: 'failure', order: ['assume-role', 'build-image look'] })
  expect(of('found')).not.toHaveProperty('promote')
})

test('looks up a given image first, and promotes it', async () => {
  const found = { image: 'stage/web@sha256:old' }
  const { order, of } = await deploy({ image: 'stage/web:abc', play: { found } })
  expect(order.slice(0, 3)).toEqual(['assume-role', 'build-image look', 'terraform-apply apply'])
  expect(of('found')).toMatchObject({ promote: 'stage/web:abc', 'expected-account-id': '111111111111' })
  expect(of('image')).toMatchObject({ promote: found.image })
})

test('fails before anything changes when the given image does not exist', async () => {
  const { conclusion, order } = await deploy({
    image: 'stage/web:abc',
    secrets: KEYS,
    play: { found: { fails: true } },
  })
  expect({ conclusion, order }).toEqual({ conclusion: 'failure', order: ['assume-role', 'build-image look'] })
})

test('assumes the role with the credentials of the login role', async () => {
  const login = 'arn:aws:iam::999999999999:role/ci'
  const { calls } = await deploy({ vars: { ...ROLE, AWS_LOGIN_ROLE: login } })
  expect(calls.slice(0, 2)).toEqual([
    expect.objectContaining({ 'role-to-assume': login, 'role-chaining': 'false' }),
    expect.objectContaining({ 'role-to-assume': ROLE.AWS_ROLE, 'role-chaining': 'true' }),
  ])
  expect(calls[0]).toMatchObject({ 'allowed-account-ids': 'any' })
})

test.each([
  ['unchanged', {}, []],
  ['to assume the role', { AWS_ROLE: ROLE.AWS_ROLE }, ['assume-role']],
])("uses the caller's own credentials %s", async (_, role, first) => {
  const secrets = { AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'own-secret', AWS_SESSION_TOKEN: 'own-token' }
  const { order, calls } = await deploy({ secrets, vars: { AWS_REGION: 'eu-west-1', ...role } })
  expect(order).toEqual([...first, ...start.slice(1), 'deploy-ecs deploy', mark])
  expect(calls.every(({ key }) => key === 'AKIAOWN')).toBe(true)
  if (first.length > 0) expect(calls[0]).toMatchObject({ 'role-chaining': 'true' })
})

test('sends events with an API key alone, and watches no monitors', async () => {
  const { order } = await deploy({ secrets: { DATADOG_API_KEY: 'api-key-1' } })
  expect(order).toEqual([...start, 'deploy-ecs deploy', told, mark])
})

test('takes a baseline of the monitors before the rollout and watches them after it, with both keys', async () => {
  const { order, of, verdict } = await deploy({ secrets: KEYS })
  expect(order).toEqual([...start, ...watched, told, mark])
  expect(of('gate')).toMatchObject({ service: 'web', env: 'stage', baseline: '/baseline.json' })
  expect(of('rollout')).toMatchObject({ 'datadog-tags': 'auto' })
  expect(verdict).toBe('succeeded')
})

test('rolls back a deploy that triggers a monitor, fails, and sends the reason', async () => {
  const { conclusion, verdict, order, calls, of } = await deploy({
    secrets: KEYS,
    play: { gate: BAD_GATE, back: { verdict: 'succeeded', 'deploy-record': '{"kind":"rollback"}' } },
  })
  expect({ conclusion, verdict }).toEqual({ conclusion: 'failure', verdict: 'rolled-back' })
  expect(order).toEqual([...start, ...watched, 'deploy-ecs rollback', told])
  expect(of('back')).toMatchObject({
    'rollback-to': 'arn:task-definition/web:1',
    'rollback-from': 'arn:task-definition/web:2',
  })
  expect(calls.at(-1)).toMatchObject({
    ...{ 'deploy-record': '{}', 'rollback-record': '{"kind":"rollback"}', status: 'failure' },
    text: BAD_GATE.reason,
  })
})

test('the verdict is failed when that rollback fails', async () => {
  const play = { gate: BAD_GATE, back: { verdict: 'failed', fails: true } }
  const { verdict, calls } = await deploy({ secrets: KEYS, play })
  expect(verdict).toBe('failed')
  expect(calls.at(-1)).toMatchObject({ command: 'event', status: 'failure', text: BAD_GATE.reason })
})

test.each([
  ['the very first deploy', { 'previous-task-definition-arn': 'arn:task-definition/web-template:3' }],
  ['a deploy that changed nothing', { 'previous-task-definition-arn': 'arn:task-definition/web:2' }],
])('does not roll back %s', async (_, rollout) => {
  const { verdict, order } = await deploy({
    secrets: KEYS,
    play: { gate: BAD_GATE, rollout: { ...WELL['rollout'], ...rollout } },
  })
  expect({ verdict, order }).toEqual({ verdict: 'failed', order: [...start, ...watched, told] })
})

test('does not roll back when the verdict of the gate is unknown', async () => {
  const { verdict, order } = await deploy({ secrets: KEYS, play: { gate: { verdict: 'unknown', fails: true } } })
  expect({ verdict, order }).toEqual({ verdict: 'failed', order: [...start, ...watched, told] })
})

test('sends an event of a failed rollout, and skips the gate', async () => {
  const rollout = { ...WELL['rollout'], verdict: 'rolled-back', fails: true }
  const { conclusion, verdict, order } = await deploy({ secrets: KEYS, play: { rollout } })
  expect({ conclusion, verdict }).toEqual({ conclusion: 'failure', verdict: 'rolled-back' })
  expect(order).toEqual([...start, ...watched.slice(0, 2), told])
})

test('tags a healthy image with environment and commit, the tag that the workflow of the next environment promotes', async () => {
  const { calls, of } = await deploy({ secrets: KEYS })
  const commit = of('image')?.['tags']
  expect(commit).toMatch(/^[0-9a-f]{40}$/)
  expect(calls.at(-1)).toMatchObject({
    step: 'mark',
    promote: 'registry/web@sha256:new',
    images: 'registry/web',
    tags: `stage-${commit}`,
  })
  for (const file of ['.github/workflows/deploy-prod.yml', 'examples/web/.github/workflows/deploy-prod.yml']) {
    const { jobs } = parse(readFileSync(join(root, file), 'utf8'))
    expect(jobs.prod.with.image).toBe('${{ vars.IMAGE_REPOSITORY }}:stage-${{ github.sha }}')
  }
})

test.each([
  ['was not healthy', { rollout: { ...WELL['rollout'], verdict: 'rolled-back', fails: true } }],
  ['triggered a monitor', { gate: BAD_GATE, back: { verdict: 'succeeded' } }],
  ['had a gate of unknown verdict', { gate: { verdict: 'unknown', fails: true } }],
] as const)('sets no such tag on an image whose deploy %s', async (_, play) => {
  const { of } = await deploy({ secrets: KEYS, play })
  expect(of('mark')).toBeUndefined()
})

test.each(['eu/prod', 'prod eu'])(
  'sets no such tag for the environment %s, whose name is no valid tag',
  async (environment) => {
    const { conclusion, of } = await deploy({ environment })
    expect([conclusion, of('mark')]).toEqual(['success', undefined])
  },
)

test('has a stand-in for every action that the workflow uses', () => {
  const used = readFileSync(join(root, '.github/workflows/deploy.yml'), 'utf8').matchAll(
    /slipway\/slipway\/actions\/([\w-]+)@/g,
  )
  const names = globSync('actions/*', { cwd: slipway }).map((path) => basename(path))
  expect(names).toEqual(expect.arrayContaining([...new Set([...used].map(([, name]) => name))]))
})

test.each<[string, string, Play[string]]>([
  ['no task ran it, as with a desired count of 0', 'success', { ...WELL['rollout'], 'healthy-tasks': '0' }],
  ['it is not known how many tasks were healthy', 'success', { ...WELL['rollout'], 'healthy-tasks': '' }],
])('the image is not marked as healthy where %s', async (_, conclusion, rollout) => {
  const done = await deploy({ play: { rollout: rollout ?? {} } })
  expect([done.conclusion, done.of('mark')]).toEqual([conclusion, undefined])
})

test('the image is not marked as healthy where the gate is unknown and fails the job', async () => {
  const gate = { verdict: 'unknown', fails: true }
  const done = await deploy({ secrets: KEYS, play: { gate } })
  expect([done.conclusion, done.of('mark'), done.of('back')]).toEqual(['failure', undefined, undefined])
})
