// What the S3 backend says of credentials has to hold for our own client, too.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { roleOf, withCredentials } from '../../../../actions/terraform-apply/src/state/s3-credentials.ts'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'

const ARN = 'arn:aws:iam::123456789012:role/state'

test('assumes a role with every setting of the backend', () => {
  const assume_role = {
    role_arn: ARN,
    duration: '1h30m',
    external_id: 'outside',
    policy: '{"Version":"2012-10-17"}',
    policy_arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    session_name: 'ci',
    source_identity: 'mona',
    tags: { team: 'web' },
    transitive_tag_keys: ['team'],
  }
  expect(roleOf({ assume_role })).toEqual({
    RoleArn: ARN,
    DurationSeconds: 5400,
    ExternalId: 'outside',
    Policy: '{"Version":"2012-10-17"}',
    PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    RoleSessionName: 'ci',
    SourceIdentity: 'mona',
    Tags: [{ Key: 'team', Value: 'web' }],
    TransitiveTagKeys: ['team'],
  })
})

test('sends no settings of a role that `init` stores as null', () => {
  const nothing = { duration: null, external_id: null, policy_arns: null, tags: null, transitive_tag_keys: null }
  const expected = { RoleArn: ARN, RoleSessionName: 'slipway' }
  expect(roleOf({ assume_role: { role_arn: ARN, ...nothing } })).toEqual(expected)
  expect(roleOf({ assume_role: [{ role_arn: ARN }] })).toEqual(expected)
  expect(roleOf({ assume_role: null, role_arn: null })).toBeUndefined()
  expect(roleOf({})).toBeUndefined()
})

test('reads a role from the older settings of the backend itself', () => {
  const config = { role_arn: ARN, session_name: 'ci', external_id: 'x1', assume_role_duration_seconds: 900 }
  const tags = { assume_role_tags: { a: 'b' }, assume_role_transitive_tag_keys: ['a'] }
  expect(roleOf({ ...config, ...tags, assume_role_policy: '{}', assume_role_policy_arns: [ARN] })).toEqual({
    RoleArn: ARN,
    RoleSessionName: 'ci',
    ExternalId: 'x1',
    DurationSeconds: 900,
    Policy: '{}',
    PolicyArns: [{ arn: ARN }],
    Tags: [{ Key: 'a', Value: 'b' }],
    TransitiveTagKeys: ['a'],
  })
})

describe('the STS endpoint of the backend', () => {
  const asked: { readonly authorization: string; readonly body: URLSearchParams }[] = []
  /** The codes of the next answers; '': one without credentials. */
  const refusals: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ authorization: request.headers.authorization ?? '', body: new URLSearchParams(body) })
    const refused = refusals.shift()
    if (refused !== undefined) {
      response
        .writeHead(refused === '' ? 200 : 403)
        .end(`<ErrorResponse><Error><Code>${refused}</Code><Message>no</Message></Error></ErrorResponse>`)
      return
    }
    const given =
      '<AccessKeyId>ASIAGIVEN</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>'
    response.writeHead(200, { 'content-type': 'text/xml' })
    response.end(
      `<AssumeRoleResponse><AssumeRoleResult><Credentials>${given}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    )
  })
  const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'))
  const before = { ...process.env }
  const { warn } = console
  let sts = ''

  beforeAll(async () => {
    // The SDK warns that the environment has both a profile and keys, as it must have here.
    console.warn = () => undefined
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    sts = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const file = join(folder, 'credentials')
    writeFileSync(file, '[states]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n')
    Object.assign(process.env, {
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT',
      AWS_SECRET_ACCESS_KEY: 'secret',
    })
  })
  afterAll(() => {
    process.env = before
    console.warn = warn
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })

  test.each([
    ['of the profile', { profile: 'states' }, 'AKIAPROFILE'],
    ['of the backend block', { access_key: 'AKIABLOCK', secret_key: 'secret', profile: 'states' }, 'AKIABLOCK'],
    ['of the environment', {}, 'AKIAENVIRONMENT'],
  ])('is asked for the role with the keys %s', async (_, own, key) => {
    asked.length = 0
    const config = { ...own, assume_role: { role_arn: ARN, source_identity: 'mona' }, endpoints: { sts } }
    const { credentials } = withCredentials(awsConfig(process.env, 'eu-west-1'), config)
    if (typeof credentials !== 'function') throw new Error('The role is not assumed.')
    expect(await credentials()).toMatchObject({ accessKeyId: 'ASIAGIVEN', sessionToken: 't' })
    expect(asked.map(({ authorization }) => /Credential=(\w+)/.exec(authorization)?.[1])).toEqual([key])
    expect(asked[0]?.body.get('SourceIdentity')).toBe('mona')
  })

  test.each([
    [
      'AccessDenied',
      `Could not assume the role \`${ARN}\` of the S3 backend (sts:AssumeRole). AccessDenied: no`,
      'trust policy',
    ],
    [
      '',
      `Could not assume the role \`${ARN}\` of the S3 backend (sts:AssumeRole): AWS answered without credentials.`,
      'again',
    ],
  ])('names the role of the backend where STS answers %j', async (code, message, hint) => {
    refusals.push(code)
    const config = { assume_role: { role_arn: ARN }, endpoints: { sts } }
    const { credentials } = withCredentials(awsConfig(process.env, 'eu-west-1'), config)
    if (typeof credentials !== 'function') throw new Error('The role is not assumed.')
    await expect(credentials()).rejects.toMatchObject({ message, hint: expect.stringContaining(hint) })
  })
})

test('passes a profile or keys on to the client', () => {
  const aws = awsConfig({}, 'eu-west-1')
  expect(withCredentials(aws, { profile: 'states' })).toEqual({ ...aws, profile: 'states' })
  expect(withCredentials(aws, { access_key: 'a', secret_key: 's' })).toEqual({
    ...aws,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  })
  expect(withCredentials(aws, {})).toEqual(aws)
})

test("a profile of the backend goes before the environment's keys, and those before AWS_PROFILE, as with Terraform", () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' }
  const aws = awsConfig({ ...keys, AWS_PROFILE: 'runner' }, 'eu-west-1')
  const { credentials: _, ...withoutKeys } = aws
  expect(withCredentials(aws, { profile: 'states' })).toEqual({ ...withoutKeys, profile: 'states' })
  expect(withCredentials(aws, {})).toMatchObject({ credentials: { accessKeyId: 'AKIAENVIRONMENT' } })
})
