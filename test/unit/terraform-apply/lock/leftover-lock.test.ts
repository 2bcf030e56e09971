import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordLeftoverLock, releaseLeftoverLock } from '../../../../actions/terraform-apply/src/lock/leftover-lock.ts'
import type { S3Objects } from '../../../../actions/terraform-apply/src/state/s3-objects.ts'
import { StateStore } from '../../../../actions/terraform-apply/src/state/state-store.ts'
import { fakeStack } from '../fake-stack.ts'

const OURS = '55555555-5555-5555-5555-555555555555'
const line = (id: string) =>
  `[INFO]  backend-s3: Attempting to lock remote state (S3 Native only)...: tf_backend.lock.id=${id} tf_backend.lock.info=""\n`

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-leftover-lock-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

/** The outcome for the lock `existing`, when Terraform's log has these ids. */
async function release(logged: readonly string[], existing: string | undefined, config: Record<string, unknown> = {}) {
  writeFileSync(join(scratch, 'core.log'), logged.map(line).join(''))
  const deleted: string[] = []
  const objects = {
    get: async () => {
      if (existing === undefined) throw Object.assign(new Error('none'), { name: 'NoSuchKey' })
      return { text: JSON.stringify({ ID: existing }), etag: 'the-etag' }
    },
    delete: async (key: string, etag: string) => void deleted.push(`${key} ${etag}`),
  } as unknown as S3Objects
  const store = new StateStore('bucket', 'key', async () => objects)
  const world = { log: { info: () => {}, debug: () => {} } }
  const stack = { tf: { scratch }, backend: { type: 's3', config }, store, world } as unknown as Parameters<
    typeof releaseLeftoverLock
  >[0]
  return { outcome: await releaseLeftoverLock(stack), deleted }
}

test('removes a lock that our Terraform tried to acquire, by its ETag', async () => {
  expect(await release([OURS], OURS)).toEqual({ outcome: 'removed', deleted: ['key.tflock the-etag'] })
})

test.each([
  ['of another run', [OURS], 'other', 'none'],
  ['that is gone', [OURS], undefined, 'none'],
  ['when the log has no ids', [], OURS, 'left'],
  ['that is gone, when the log has no ids', [], undefined, 'left'],
] as const)('leaves a lock %s alone', async (_, logged, existing, outcome) => {
  expect(await release(logged, existing)).toEqual({ outcome, deleted: [] })
})

test('leaves the lock alone when the backend also locks in DynamoDB', async () => {
  expect(await release([OURS], OURS, { dynamodb_table: 'locks' })).toEqual({ outcome: 'left', deleted: [] })
})

/** A stack whose Terraform tried to acquire our lock, with this lock object. */
function stackWith(lock: object | undefined) {
  const fake = fakeStack({ env: { GITHUB_RUN_ID: '9', GITHUB_REPOSITORY: 'acme/infra' } })
  writeFileSync(join(fake.scratch, 'core.log'), line(OURS))
  if (lock !== undefined) fake.objects.set('key.tflock', JSON.stringify(lock))
  return fake
}
const holderIn = (objects: ReadonlyMap<string, string>) => JSON.parse(objects.get('key.holder.json') ?? 'null')

test('records this run as the holder of a lock that it cannot remove, so that `unlock` can', async () => {
  const { stack, objects, s3, lines } = stackWith({ ID: OURS })
  s3.delete = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))
  expect(await releaseLeftoverLock(stack)).toBe('left')
  expect(holderIn(objects)).toMatchObject({ lockId: OURS, runId: '9', repository: 'acme/infra' })
  expect(lines.at(-1)).toMatch(/^debug: Could not remove the lock: /)
})

describe('the lock of a Terraform that crashed', () => {
  test('stays, and this run is recorded as its holder', async () => {
    const { stack, objects } = stackWith({ ID: OURS })
    expect(await recordLeftoverLock(stack)).toBe(OURS)
    expect(objects.has('key.tflock')).toBe(true)
    expect(holderIn(objects)).toMatchObject({ lockId: OURS, runId: '9' })
  })

  test.each([
    ['it is gone', undefined],
    ['another run holds it', { ID: 'other' }],
  ])('is not recorded when %s', async (_, lock) => {
    const { stack, objects } = stackWith(lock)
    expect(await recordLeftoverLock(stack)).toBeUndefined()
    expect(holderIn(objects)).toBeNull()
  })

  test('is not recorded for a backend other than S3, or when S3 refuses', async () => {
    const { stack, s3, lines } = stackWith({ ID: OURS })
    expect(await recordLeftoverLock({ ...stack, store: undefined })).toBeUndefined()
    s3.put = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))
    expect(await recordLeftoverLock(stack)).toBeUndefined()
    expect(lines).toEqual([expect.stringContaining('debug: Could not record the holder of the lock')])
  })
})
