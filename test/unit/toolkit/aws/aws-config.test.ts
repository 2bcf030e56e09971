import { once } from 'node:events'
import { createServer } from 'node:net'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig } from '../../../../toolkit/aws/aws-config.ts'
import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'

test('the region comes from the input, else from the environment', () => {
  expect(awsConfig({ AWS_REGION: 'eu-west-1' }, 'us-east-1').region).toBe('us-east-1')
  expect(awsConfig({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'x' }).region).toBe('eu-west-1')
  expect(awsConfig({ AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-2' }).region).toBe('us-east-2')
})

test("takes the environment's keys where it has both, also beside AWS_PROFILE", () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' }
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret' }
  expect(awsConfig({ ...keys, AWS_PROFILE: 'runner' }, 'us-east-1')).toMatchObject({ credentials })
  expect(awsConfig({ ...keys, AWS_SESSION_TOKEN: '' }, 'us-east-1').credentials).toEqual(credentials)
  expect(awsConfig({ ...keys, AWS_SESSION_TOKEN: 'token' }, 'us-east-1').credentials).toEqual({
    ...credentials,
    sessionToken: 'token',
  })
})

test('takes the profile of AWS_DEFAULT_PROFILE, which the SDK does not read; AWS_PROFILE goes before it', () => {
  expect(awsConfig({ AWS_DEFAULT_PROFILE: 'runner', AWS_PROFILE: '' }, 'us-east-1').profile).toBe('runner')
  expect(awsConfig({ AWS_DEFAULT_PROFILE: 'runner', AWS_PROFILE: 'deploy' }, 'us-east-1')).not.toHaveProperty('profile')
  expect(awsConfig({ AWS_DEFAULT_PROFILE: '' }, 'us-east-1')).not.toHaveProperty('profile')
})

test.each([
  {},
  // What assume-role's post step leaves.
  { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
  { AWS_ACCESS_KEY_ID: 'AKIA' },
])('leaves the credentials to the SDK without both keys: %p', (env) => {
  expect(awsConfig(env, 'us-east-1')).not.toHaveProperty('credentials')
})

test('without a region it says where to set one', () => {
  expect(() => awsConfig({})).toThrow(SlipwayError)
  expect(() => awsConfig({})).toThrow('No AWS region is set.')
})

test('closes a silent connection, with a transient error', async () => {
  const { requestHandler, ...config } = awsConfig({}, 'us-east-1')
  expect(requestHandler.socketTimeout).toBeGreaterThan(0)
  // Accepts connections and requests, and never answers.
  const silent = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const sts = new STSClient({
    ...config,
    maxAttempts: 1,
    requestHandler: { ...requestHandler, socketTimeout: 100 },
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  })
  try {
    const error = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => error)
    expect(classifyAwsError(error)).toBe('transient')
  } finally {
    sts.destroy()
    silent.close()
  }
})

test('the SDK retries a connection error that its own list does not have', async () => {
  let asked = 0
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        asked++
        const body =
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>'
        socket.end(asked < 3 ? 'not HTTP\r\n\r\n' : `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const sts = new STSClient({
    ...awsConfig({}, 'us-east-1'),
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  })
  try {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '1' })
    expect(asked).toBe(3)
  } finally {
    sts.destroy()
    server.close()
  }
})

test('uses agents for a proxy; without one the SDK opens its own', () => {
  expect(awsConfig({}, 'us-east-1').requestHandler).not.toHaveProperty('httpsAgent')
  expect(awsConfig({ HTTPS_PROXY: 'http://proxy:3128' }, 'us-east-1').requestHandler).toHaveProperty('httpsAgent')
})
