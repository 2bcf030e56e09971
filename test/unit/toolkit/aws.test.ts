import { once } from 'node:events'
import { createServer } from 'node:net'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsConfig, awsError, classifyAwsError } from '../../../toolkit/aws.ts'
import { CancelledError, SlipwayError } from '../../../toolkit/errors.ts'

const failure = (name: string, more: object = {}) => Object.assign(new Error('said AWS'), { name, ...more })

test('the region comes from the input, else from the environment', () => {
  expect(awsConfig({ AWS_REGION: 'eu-west-1' }, 'us-east-1').region).toBe('us-east-1')
  expect(awsConfig({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'x' }).region).toBe('eu-west-1')
  expect(awsConfig({ AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-2' }).region).toBe('us-east-2')
})

test('without a region it says where to set one', () => {
  expect(() => awsConfig({})).toThrow(SlipwayError)
  expect(() => awsConfig({})).toThrow('No AWS region is set.')
})

test('a connection on which nothing comes is given up, and counts as a bad moment', async () => {
  const { requestHandler, ...config } = awsConfig({}, 'us-east-1')
  expect(requestHandler.socketTimeout).toBeGreaterThan(0)
  // Takes connections and what comes, and never says a word.
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

test.each([
  [failure('ThrottlingException'), 'throttled'],
  [failure('Odd', { $metadata: { httpStatusCode: 429 } }), 'throttled'],
  [failure('ExpiredTokenException'), 'expired'],
  [failure('UnrecognizedClientException'), 'expired'],
  [failure('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }), 'denied'],
  [failure('ServerException'), 'transient'],
  [failure('Error', { code: 'ECONNRESET' }), 'transient'],
  [failure('Odd', { $metadata: { httpStatusCode: 503 } }), 'transient'],
  [failure('TypeError', { cause: failure('Error', { code: 'ETIMEDOUT' }) }), 'transient'],
  [failure('ClusterNotFoundException', { $metadata: { httpStatusCode: 400 } }), 'refused'],
  [new Error('AWS SDK error wrapper for TimeoutError: read ECONNRESET'), 'transient'],
  [failure('Error', { code: 'EHOSTUNREACH' }), 'transient'],
  [failure('Error', { code: 'HPE_INVALID_CONSTANT' }), 'transient'],
  [failure('TypeError', { cause: new AggregateError([failure('Error', { code: 'ENETUNREACH' })]) }), 'transient'],
  [new Error('socket hang up'), 'transient'],
  [failure('Error', { code: 'CERT_HAS_EXPIRED' }), 'refused'],
  [failure('AccessDenied', { cause: failure('Error', { code: 'ECONNRESET' }) }), 'denied'],
  ['a text', 'refused'],
  [failure('AbortError'), 'cancelled'],
  [new CancelledError('The run was cancelled.'), 'cancelled'],
])('%s is %s', (error, expected) => {
  expect(classifyAwsError(error)).toBe(expected)
})

test("AWS's words are kept, and what to do is added", () => {
  const error = awsError(failure('AccessDeniedException'), 'describe service `web`')
  expect(error.message).toBe('Could not describe service `web`. AccessDeniedException: said AWS')
  expect(error.hint).toContain('lacks this permission')
})

test('an error of ours is not wrapped again', () => {
  const ours = new SlipwayError('ours')
  expect(awsError(ours, 'anything')).toBe(ours)
})
