import { main } from '../../../actions/assume-role/src/main.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { useSts } from '../../support/fake-sts.ts'
import { fakeRunner } from './fake-runner.ts'

const ENV = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
}
const GIVEN = { 'role-to-assume': 'arn:aws:iam::222222222222:role/deploy', 'aws-region': 'eu-west-1' }
const sts = await useSts()

/** Runs main, and keeps the order of what it does. */
async function run(inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) {
  const done: string[] = []
  const recorded = recordingWorld({ ...ENV, ...env, ...actionInputs('assume-role', { ...GIVEN, ...inputs }) })
  const { log, step } = recorded.world
  const { runner, exported } = fakeRunner()
  const world = {
    ...recorded.world,
    log: { ...log, mask: (secret: string) => void done.push(`mask ${secret}`) },
    step: { ...step, saveState: (name: string, value: string) => void done.push(`save ${name}=${value}`) },
  }
  const exportVariable = (name: string, value: string) => {
    done.push(`export ${name}`)
    runner.exportVariable(name, value)
  }
  const error = await main(world, { ...runner, exportVariable }).then(
    () => undefined,
    (failure: unknown) => failure,
  )
  return { done, error, exported, outputs: recorded.outputs, lines: recorded.lines, warnings: recorded.warnings }
}

test('masks the credentials and saves what post has to clear before it exports them', async () => {
  const { done, error, exported } = await run()
  expect(error).toBeUndefined()
  expect(done).toEqual([
    'mask the-token-of-the-job',
    'mask ASIAEXAMPLE',
    'mask the-secret',
    'mask the-token',
    'save exported=true',
    'export AWS_ACCESS_KEY_ID',
    'export AWS_SECRET_ACCESS_KEY',
    'export AWS_SESSION_TOKEN',
    'export AWS_REGION',
    'export AWS_DEFAULT_REGION',
  ])
  expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_REGION: 'eu-west-1' })
})

test('sets the identity and the expiration as outputs, and logs them', async () => {
  const { outputs, lines } = await run()
  const arn = 'arn:aws:sts::222222222222:assumed-role/deploy/web-7-1'
  expect(outputs).toEqual({
    'aws-account-id': '222222222222',
    'authenticated-arn': arn,
    expiration: '2026-01-01T01:00:00.000Z',
    'aws-expiration': '2026-01-01T01:00:00.000Z',
  })
  expect(lines).toEqual([`Assumed ${arn} in eu-west-1, valid until 2026-01-01T01:00:00.000Z.`])
})

test('sets the credentials as outputs with `output-credentials`', async () => {
  expect((await run({ 'output-credentials': 'true' })).outputs).toMatchObject({
    'aws-access-key-id': 'ASIAEXAMPLE',
    'aws-secret-access-key': 'the-secret',
    'aws-session-token': 'the-token',
  })
})

test('masks the account with `mask-aws-account-id`, before it asks STS', async () => {
  expect((await run({ 'mask-aws-account-id': 'true' })).done[0]).toBe('mask 222222222222')
})

test('exports no credentials of another account', async () => {
  sts.answers['GetCallerIdentity'] = '<Account>333333333333</Account><Arn>arn:aws:sts::333333333333:x</Arn>'
  const { done, error, exported, outputs } = await run()
  expect(error).toMatchObject({
    message: 'The credentials belong to `arn:aws:sts::333333333333:x`, and not to account 222222222222.',
    hint: expect.stringContaining('No credentials were exported.'),
  })
  expect({ exported, outputs, saved: done.filter((it) => it.startsWith('save')) }).toEqual({
    exported: {},
    outputs: {},
    saved: [],
  })
})

test('asks STS nothing when an input is wrong', async () => {
  expect((await run({ 'allowed-account-ids': '111111111111' })).error).toMatchObject({ input: 'role-to-assume' })
  expect(sts.requests).toEqual([])
})

test('exports AWS_PROFILE empty with `clear-aws-profile`, after the credentials', async () => {
  const { exported, warnings } = await run({ 'clear-aws-profile': 'true' }, { AWS_PROFILE: 'runner' })
  expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_PROFILE: '' })
  expect(exported).not.toHaveProperty('AWS_DEFAULT_PROFILE')
  expect(warnings).toEqual([])
  expect((await run({}, { AWS_PROFILE: 'runner' })).warnings).toHaveLength(1)
})

test('exports nothing with `output-env-credentials: false`, and leaves post nothing to clear', async () => {
  const { done, exported, outputs } = await run({ 'output-env-credentials': 'false', 'output-credentials': 'true' })
  expect(exported).toEqual({})
  expect(done.filter((line) => line.startsWith('save'))).toEqual([])
  expect(outputs).toMatchObject({ 'aws-access-key-id': 'ASIAEXAMPLE', 'aws-session-token': 'the-token' })
})

describe('with `use-existing-credentials`', () => {
  const THERE = { AWS_ACCESS_KEY_ID: 'ASIATHERE', AWS_SECRET_ACCESS_KEY: 'there', AWS_SESSION_TOKEN: 'token-there' }
  const existing = { 'use-existing-credentials': 'true', 'output-credentials': 'true' }
  const asked = () => sts.requests.map(({ parameters }) => parameters['Action'])

  test('keeps valid credentials of the role, and exports the region alone', async () => {
    const { exported, outputs, done } = await run(existing, THERE)
    expect(asked()).toEqual(['GetCallerIdentity'])
    expect(sts.requests[0]?.signedBy).toBe('ASIATHERE')
    expect(exported).toEqual({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' })
    expect(outputs).toMatchObject({ 'aws-account-id': '222222222222', 'aws-session-token': 'token-there' })
    expect(outputs).not.toHaveProperty('expiration')
    expect(outputs).not.toHaveProperty('aws-expiration')
    expect(done.filter((line) => line.startsWith('save'))).toEqual([])
  })

  test('warns of AWS_PROFILE where it keeps credentials for later steps', async () => {
    const { warnings } = await run(existing, { ...THERE, AWS_PROFILE: 'runner' })
    expect(asked()).toEqual(['GetCallerIdentity'])
    expect(warnings).toEqual([expect.stringContaining('AWS_PROFILE is `runner`')])
  })

  test.each([
    ['there are none', {}, undefined],
    ['they are not valid', THERE, { code: 'ExpiredToken', message: 'The security token is expired' }],
    [
      'they are of another role',
      THERE,
      '<Account>222222222222</Account><Arn>arn:aws:sts::222222222222:assumed-role/deployer/x</Arn>',
    ],
  ] as const)('assumes the role where %s', async (_, env, answer) => {
    if (answer !== undefined) sts.answers['GetCallerIdentity'] = answer
    const { done } = await run(existing, env)
    expect(asked()).toContain('AssumeRoleWithWebIdentity')
    expect(done).toContain('mask ASIAEXAMPLE')
  })
})
