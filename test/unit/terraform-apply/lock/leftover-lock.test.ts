import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { releaseOwn } from '../../../../actions/terraform-apply/src/lock/leftover-lock.ts'
import type { StateObjects } from '../../../../actions/terraform-apply/src/state/s3-objects.ts'
import { StateStore } from '../../../../actions/terraform-apply/src/state/state-store.ts'

const OURS = '55555555-5555-5555-5555-555555555555'
const line = (id: string) =>
  `[INFO]  backend-s3: Attempting to lock remote state (S3 Native only)...: tf_backend.lock.id=${id} tf_backend.lock.info=""\n`

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'slipway-own-lock-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

/** What becomes of a lock that is there, where Terraform's log has these ids. */
async function release(logged: readonly string[], there: string | undefined, config: Record<string, unknown> = {}) {
  writeFileSync(join(scratch, 'core.log'), logged.map(line).join(''))
  const deleted: string[] = []
  const objects = {
    get: async () => {
      if (there === undefined) throw Object.assign(new Error('none'), { name: 'NoSuchKey' })
      return { text: JSON.stringify({ ID: there }), etag: 'the-etag' }
    },
    delete: async (key: string, etag: string) => void deleted.push(`${key} ${etag}`),
  } as unknown as StateObjects
  const store = new StateStore('bucket', 'key', async () => objects)
  const world = { log: { info: () => {}, debug: () => {} } }
  const run = { tf: { scratch }, backend: { type: 's3', config }, store, world } as unknown as Parameters<
    typeof releaseOwn
  >[0]
  return { outcome: await releaseOwn(run), deleted }
}

test('a lock that our Terraform tried for is removed, and only that very one', async () => {
  expect(await release([OURS], OURS)).toEqual({ outcome: 'removed', deleted: ['key.tflock the-etag'] })
})

test.each([
  ['of another run', [OURS], 'other', 'none'],
  ['that is gone', [OURS], undefined, 'none'],
  ['where the log names none', [], OURS, 'left'],
  ['that is gone, where the log names none', [], undefined, 'left'],
] as const)('one %s is left alone', async (_, logged, there, outcome) => {
  expect(await release(logged, there)).toEqual({ outcome, deleted: [] })
})

test('nothing is said of locks where DynamoDB has one, too', async () => {
  expect(await release([OURS], OURS, { dynamodb_table: 'locks' })).toEqual({ outcome: 'left', deleted: [] })
})
