import { pullReason } from '../../../../../../rehearsal/cloud/runtimes/docker/stopped-reasons.ts'

test('pull errors have the words of Fargate and of container instances', () => {
  const error = Object.assign(new Error('(HTTP code 404) unexpected - manifest unknown'), {
    json: { message: 'manifest unknown' },
  })
  expect(pullReason('web:1', error, 'FARGATE')).toBe(
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref web:1: web:1: not found',
  )
  expect(pullReason('web:1', error, 'EC2')).toBe(
    'CannotPullContainerError: Error response from daemon: manifest unknown',
  )
})
