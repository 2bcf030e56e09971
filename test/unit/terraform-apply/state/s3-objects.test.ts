import type { IncomingHttpHeaders } from 'node:http'
import { S3Objects } from '../../../../actions/terraform-apply/src/state/s3-objects.ts'
import { fakeS3 } from '../fake-s3.ts'

const s3 = await fakeS3()
afterEach(() => s3.reset())
afterAll(() => s3.close())

const client = (config: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}) =>
  new S3Objects({ type: 's3', config: { ...s3.config, ...config } }, env)

test('reads an object with its ETag', async () => {
  s3.objects.set('/bucket/key', 'häuser')
  expect(await client().get('key')).toEqual({ text: 'häuser', etag: s3.etag('häuser') })
})

test('passes on the error of S3 for an object that does not exist', async () => {
  await expect(client().get('gone')).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('writes an object as JSON, in the region and with the keys of the backend', async () => {
  await client().put('key.tflock', { Body: '{}' })
  expect(Object.fromEntries(s3.objects)).toEqual({ '/bucket/key.tflock': '{}' })
  const headers: IncomingHttpHeaders = s3.requests[0]?.headers ?? {}
  expect(headers['content-type']).toBe('application/json')
  expect(headers.authorization).toMatch(/Credential=AKIABLOCK\/\d+\/eu-west-1\/s3\//)
  for (const name of ['if-match', 'if-none-match', 'x-amz-server-side-encryption'])
    expect(headers).not.toHaveProperty(name)
})

test('sends the condition of a write, and passes on its refusal', async () => {
  await client().put('key', { Body: 'one', IfNoneMatch: '*' })
  await expect(client().put('key', { Body: 'two', IfNoneMatch: '*' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  await expect(client().put('key', { Body: 'two', IfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  expect(s3.objects.get('/bucket/key')).toBe('one')
  await client().put('key', { Body: 'two', IfMatch: s3.etag('one') })
  expect(s3.objects.get('/bucket/key')).toBe('two')
})

test('deletes only the object with the ETag', async () => {
  s3.objects.set('/bucket/key', 'one')
  await expect(client().delete('key', '"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
  expect(s3.objects.size).toBe(1)
  await client().delete('key', s3.etag('one'))
  expect(s3.objects.size).toBe(0)
})

test.each([
  ['no encryption', {}, undefined, undefined],
  ['a key without `encrypt`', { encrypt: false, kms_key_id: 'alias/x' }, undefined, undefined],
  ["S3's own keys", { encrypt: true, kms_key_id: null }, 'AES256', undefined],
  ['a KMS key', { encrypt: true, kms_key_id: 'alias/x' }, 'aws:kms', 'alias/x'],
])('encrypts what it writes as the backend does: %s', async (_, config, algorithm, key) => {
  await client(config).put('key', { Body: '{}' })
  expect(s3.requests[0]?.headers['x-amz-server-side-encryption']).toBe(algorithm)
  expect(s3.requests[0]?.headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(key)
})

test.each([
  ['`endpoints`', { endpoints: { s3: s3.url } }],
  ['the older `endpoint`', { endpoints: null, endpoint: s3.url }],
  ['`endpoints` before the older `endpoint`', { endpoint: 'http://127.0.0.1:1' }],
  ['`endpoint` where `endpoints` has another service only', { endpoints: { sts: 'http://x' }, endpoint: s3.url }],
])('finds S3 at %s', async (_, config) => {
  s3.objects.set('/bucket/key', 'state')
  expect(await client(config).get('key')).toMatchObject({ text: 'state' })
})

// Through a proxy, as no DNS knows the host of a bucket.
test.each([
  ['the host', {}, 'http://bucket.s3.example.invalid/key'],
  ['the path, with `use_path_style`', { use_path_style: true }, 'http://s3.example.invalid/bucket/key'],
  ['the path, with the older `force_path_style`', { force_path_style: true }, 'http://s3.example.invalid/bucket/key'],
])("names the bucket in %s, and follows the environment's proxy", async (_, config, url) => {
  const endpoints = { s3: 'http://s3.example.invalid' }
  await client({ use_path_style: false, ...config, endpoints }, { HTTP_PROXY: s3.url }).put('key', { Body: '{}' })
  expect(s3.requests.map((request) => request.url)).toEqual([url])
})

test("follows the backend's own proxy before the environment's", async () => {
  const config = { use_path_style: true, endpoints: { s3: 'http://s3.example.invalid' }, http_proxy: s3.url }
  await client(config, { http_proxy: 'http://127.0.0.1:1' }).put('key', { Body: '{}' })
  expect(s3.requests.map((request) => request.url)).toEqual(['http://s3.example.invalid/bucket/key'])
})

test('trusts the certificates of `custom_ca_bundle`', () => {
  expect(() => client({ custom_ca_bundle: '/nowhere/ca.pem' })).toThrow('`/nowhere/ca.pem`')
})

test('refuses a backend without a region where the environment has none', () => {
  expect(() => client({ region: null })).toThrow('No AWS region is set.')
  expect(() => client({ region: null }, { AWS_REGION: 'us-east-2' })).not.toThrow()
})
