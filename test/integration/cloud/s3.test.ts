import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { s3Backend, writeTree } from '../../support/terraform-apply/terraform-files.ts'

// The last test needs Terraform, without any provider.

let cloud: Cloud

beforeAll(async () => {
  cloud = await startCloud()
})
afterAll(() => cloud.close())

const client = (account = '123456789012', region = 'us-east-1') =>
  new S3Client({
    endpoint: cloud.url,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    maxAttempts: 1,
  })

async function bucketNamed(Bucket: string): Promise<{ s3: S3Client; Bucket: string }> {
  const s3 = client()
  await s3.send(new CreateBucketCommand({ Bucket }))
  return { s3, Bucket }
}

const text = async (s3: S3Client, at: { Bucket: string; Key: string; VersionId?: string }) =>
  (await s3.send(new GetObjectCommand(at))).Body?.transformToString()

test('an object is returned with its headers, checksum and ranges', async () => {
  const { s3, Bucket } = await bucketNamed('round-trip')
  const at = { Bucket, Key: 'a folder/ü+ %.json' }
  const put = await s3.send(
    new PutObjectCommand({
      ...at,
      Body: 'héllo',
      ContentType: 'application/json',
      Metadata: { commit: 'abc' },
      ChecksumAlgorithm: 'SHA256',
    }),
  )
  const head = await s3.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }))
  expect(head).toMatchObject({
    ETag: put.ETag,
    ContentLength: 6,
    ContentType: 'application/json',
    Metadata: { commit: 'abc' },
    ChecksumSHA256: put.ChecksumSHA256,
  })
  expect(await text(s3, at)).toBe('héllo')
  const part = await s3.send(new GetObjectCommand({ ...at, Range: 'bytes=3-' }))
  expect(await part.Body?.transformToString()).toBe('llo')
  expect(part.ContentRange).toBe('bytes 3-5/6')
})

test('a chunked body with a trailing checksum arrives whole', async () => {
  const { s3, Bucket } = await bucketNamed('chunked')
  const Body = Readable.from(['one ', 'two ', 'three'])
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 13, ChecksumAlgorithm: 'CRC32' }))
  expect(await text(s3, { Bucket, Key: 'k' })).toBe('one two three')
})

test('a body with a wrong checksum is refused and not stored', async () => {
  const { s3, Bucket } = await bucketNamed('damaged')
  const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ChecksumSHA256: 'AAAA' })
  await expect(s3.send(put)).rejects.toMatchObject({ name: 'BadDigest' })
  await expect(text(s3, { Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('only one of two If-None-Match puts succeeds', async () => {
  const { s3, Bucket } = await bucketNamed('lock')
  const put = () => s3.send(new PutObjectCommand({ Bucket, Key: 'lock', Body: 'me', IfNoneMatch: '*' }))
  const outcomes = await Promise.allSettled([put(), put()])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } },
  })
})

test('an If-Match put needs the same object to exist', async () => {
  const { s3, Bucket } = await bucketNamed('match')
  const put = (IfMatch: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'new', IfMatch }))
  await expect(put('"0"')).rejects.toMatchObject({ name: 'NoSuchKey' })
  const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'old' }))
  await expect(put('"0"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
  await put(ETag)
  expect(await text(s3, { Bucket, Key: 'k' })).toBe('new')
  const remove = new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag })
  await expect(s3.send(remove)).rejects.toMatchObject({ name: 'PreconditionFailed' })
})

test('a conditional write that overlaps a delete is a conflict', async () => {
  const { s3, Bucket } = await bucketNamed('conflict')
  const authorization =
    'AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
  const headers = { authorization, 'if-none-match': '*', 'content-length': 2, expect: '100-continue' }
  const answer = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const put = httpRequest(`${cloud.url}/${Bucket}/k`, { method: 'PUT', headers }, async (response) => {
      let body = ''
      for await (const chunk of response) body += chunk
      resolve({ status: response.statusCode, body })
    })
    put.on('error', reject)
    // The cloud has the head of this request, and waits for its body, when the delete comes in between.
    put.on('continue', async () => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
      put.end('me')
    })
    put.flushHeaders()
  })
  expect(await answer).toMatchObject({ status: 409, body: expect.stringContaining('ConditionalRequestConflict') })
})

test('a listing has pages and common prefixes', async () => {
  const { s3, Bucket } = await bucketNamed('listing')
  for (const Key of ['a/1', 'a/2', 'b', 'c/1', 'd&e']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
  const seen: (string | undefined)[] = []
  let token: string | undefined
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ...(token ? { ContinuationToken: token } : {}) }),
    )
    seen.push(
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      ...(page.Contents ?? []).map(({ Key }) => Key),
    )
    token = page.NextContinuationToken
  } while (token !== undefined)
  expect(seen.sort()).toEqual(['a/', 'b', 'c/', 'd&e'])
})

test('a versioned bucket keeps overwritten and deleted objects', async () => {
  const { s3, Bucket } = await bucketNamed('versions')
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  const first = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }))
  expect(await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ DeleteMarker: true })
  await expect(text(s3, { Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'NoSuchKey' })
  expect(await text(s3, { Bucket, Key: 'k', VersionId: first.VersionId ?? '' })).toBe('one')

  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' })
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
  expect(Objects).toHaveLength(3)
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  await s3.send(new DeleteBucketCommand({ Bucket }))
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' })
})

test('objects are copied with their metadata', async () => {
  const { s3, Bucket } = await bucketNamed('copies')
  await s3.send(new PutObjectCommand({ Bucket, Key: 'from here', Body: 'x', ContentType: 'text/plain' }))
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from%20here` }))
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).toMatchObject({ ContentType: 'text/plain' })
})

test('a bucket belongs to its account, and other accounts use it by policy only', async () => {
  const { s3, Bucket } = await bucketNamed('owned')
  const other = client('222222222222')
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  await expect(text(other, { Bucket, Key: 'k' })).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketAlreadyExists' })
  await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' })
  const Policy = JSON.stringify({
    Statement: { Effect: 'Allow', Principal: { AWS: '222222222222' }, Action: ['s3:Get*'], Resource: '*' },
  })
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  expect(await text(other, { Bucket, Key: 'k' })).toBe('x')
  await expect(other.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  })
})

test('GetBucketLocation returns the region', async () => {
  const s3 = client('123456789012', 'eu-west-1')
  const Bucket = 'in-ireland'
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }))
  expect(await s3.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({ LocationConstraint: 'eu-west-1' })
  await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' })
})

test('Terraform keeps its state in S3, locks it, and can force-unlock', async () => {
  const { s3, Bucket } = await bucketNamed('terraform')
  const folder = mkdtempSync(join(tmpdir(), 'slipway-terraform-'))
  const run = promisify(execFile)
  const env = { ...process.env, ...cloud.env, TF_IN_AUTOMATION: '1', AWS_EC2_METADATA_DISABLED: 'true' }
  const terraform = (...args: string[]) =>
    run('terraform', [`-chdir=${folder}`, ...args], { env }).then(
      ({ stdout }) => ({ ok: true, output: stdout }),
      (error: { stdout: string; stderr: string }) => ({ ok: false, output: error.stdout + error.stderr }),
    )
  const main = (input: string) =>
    `${s3Backend(Bucket, 'app.tfstate')}\nresource "terraform_data" "it" { input = "${input}" }\n`
  try {
    writeTree(folder, { 'main.tf': main('one') })
    expect(await terraform('init', '-input=false', '-no-color')).toMatchObject({ ok: true })
    expect(await terraform('apply', '-auto-approve', '-input=false', '-no-color')).toMatchObject({ ok: true })
    expect(await text(s3, { Bucket, Key: 'app.tfstate' })).toContain('"input"')
    await expect(text(s3, { Bucket, Key: 'app.tfstate.tflock' })).rejects.toMatchObject({ name: 'NoSuchKey' })

    const ID = '11111111-2222-3333-4444-555555555555'
    const lock = {
      ID,
      Operation: 'OperationTypeApply',
      Who: 'gone@host',
      Version: '1.11.4',
      Created: '2026-01-01T00:00:00Z',
      Path: `${Bucket}/app.tfstate`,
    }
    await s3.send(new PutObjectCommand({ Bucket, Key: 'app.tfstate.tflock', Body: JSON.stringify(lock) }))
    writeTree(folder, { 'main.tf': main('two') })
    const refused = await terraform('apply', '-auto-approve', '-input=false', '-no-color')
    expect(refused).toMatchObject({ ok: false, output: expect.stringContaining('Error acquiring the state lock') })
    expect(refused.output).toContain('gone@host')
    expect(await terraform('force-unlock', '-force', ID)).toMatchObject({ ok: true })
    expect(await terraform('apply', '-auto-approve', '-input=false', '-no-color')).toMatchObject({ ok: true })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
