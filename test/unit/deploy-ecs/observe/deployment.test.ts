import {
  eventsSince,
  newerPrimary,
  ownDeployment,
  provenBefore,
} from '../../../../actions/deploy-ecs/src/observe/deployment.ts'
import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { deployment, earlier, followed, MADE, service } from '../../../support/deploy-ecs/observations.ts'

test.each([
  [
    'is the PRIMARY that came after ours',
    [deployment({ status: 'ACTIVE' }), deployment({ id: 'next', createdAt: MADE + 1 })],
    'next',
  ],
  ['is one of the same moment', [deployment({ id: 'next' })], 'next'],
  ['is not ours', [deployment()], undefined],
  // The service as it was before our update.
  ['is not an older PRIMARY of a stale read', [earlier({ status: 'PRIMARY' })], undefined],
  [
    'is not a newer deployment that drains',
    [deployment({ id: 'next', status: 'ACTIVE', createdAt: MADE + 1 })],
    undefined,
  ],
  ['is undefined without deployments', [], undefined],
])('newerPrimary %s', (_, deployments, id) => {
  expect(newerPrimary(followed, deployments)?.id).toBe(id)
})

test('ownDeployment is found by its id, whatever its status', () => {
  expect(ownDeployment(followed, service([earlier(), deployment({ status: 'ACTIVE' })]))?.status).toBe('ACTIVE')
  expect(ownDeployment(followed, service([earlier()]))).toBeUndefined()
  expect(ownDeployment(followed, undefined)).toBeUndefined()
})

// Failed tasks of such a revision say nothing about this deploy.
test.each([
  [{ isNew: false, ranBefore: true, wasComplete: true }, true],
  [{ isNew: true, ranBefore: true, wasComplete: true }, false],
  [{ isNew: false, ranBefore: false, wasComplete: true }, false],
  [{ isNew: false, ranBefore: true, wasComplete: false }, false],
])('a revision with %j was proven before: %s', (more, expected) => {
  expect(provenBefore({ ...followed, ...more })).toBe(expected)
})

test('eventsSince has the events since our deployment was created, oldest first', () => {
  const events = [3, 0, -1].map((after) => ({ id: `${after}`, at: MADE + after, message: '' }))
  const ids = (observed: Observation) => eventsSince(followed, observed).map(({ id }) => id)
  expect(ids({ at: 0, service: service([], { events }) })).toEqual(['0', '3'])
  expect(ids({ at: 0 })).toEqual([])
})
