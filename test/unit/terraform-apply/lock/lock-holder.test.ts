import {
  describeHolder,
  holderOf,
  readHolder,
  writeHolder,
} from '../../../../actions/terraform-apply/src/lock/lock-holder.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

const lock = { ID: 'id', Operation: 'OperationTypeApply', Who: 'runner@host', Created: '2026-01-01T00:00:00Z' }
const run = fakeWorld({
  GITHUB_REPOSITORY: 'acme/infra',
  GITHUB_RUN_ID: '9',
  GITHUB_ACTOR: 'mona',
  GITHUB_SERVER_URL: 'https://github.example',
}).world
const minutes = (count: number) => Date.parse(lock.Created) + count * 60_000

test('records the run that holds a lock, for that lock only', async () => {
  const { store } = fakeStore()
  expect(await readHolder(store, 'id')).toBeUndefined()
  await writeHolder(run, store, 'id')
  expect(await readHolder(store, 'id')).toMatchObject({
    repository: 'acme/infra',
    runId: '9',
    attempt: '1',
    actor: 'mona',
  })
  expect(await readHolder(store, 'another')).toBeUndefined()
})

test('describes a run that holds a lock, with a link', () => {
  expect(describeHolder(lock, holderOf(run, 'id'), minutes(3))).toBe(
    'mona holds it in https://github.example/acme/infra/actions/runs/9/attempts/1 (runner@host) since 3 min, for OperationTypeApply',
  )
})

test('describes the holder of a lock without a recorded run, or without a time', () => {
  expect(describeHolder(lock, undefined, minutes(3))).toBe('runner@host holds it since 3 min, for OperationTypeApply')
  expect(describeHolder({ ...lock, Created: '' }, undefined, 0)).toBe('runner@host holds it for OperationTypeApply')
})
