import { judgeSecret, lookUpSecret } from '../../../../actions/deploy-ecs/src/dependencies/secret.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

test.each([
  [{ VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT', 'LIVE'] } }, 'AWSCURRENT', 'found'],
  [{ VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT', 'LIVE'] } }, 'LIVE', 'found'],
  [{ VersionIdsToStages: { b: ['AWSCURRENT'] } }, 'LIVE', 'missing'],
  [{ VersionIdsToStages: { b: ['AWSCURRENT'] } }, undefined, 'found'],
  [{ VersionIdsToStages: {} }, 'AWSCURRENT', 'missing'],
  [{}, 'AWSCURRENT', 'missing'],
  [{ DeletedDate: new Date(), VersionIdsToStages: { b: ['AWSCURRENT'] } }, 'AWSCURRENT', 'missing'],
])('secret %j with stage %s is %s', (secret, stage, kind) => {
  expect(judgeSecret(secret, stage).kind).toBe(kind)
})

test.each([
  [{ Name: 'db', DeletedDate: new Date() }, 'AWSCURRENT', 'restore-secret --secret-id db'],
  [{ Name: 'db' }, 'AWSCURRENT', 'put-secret-value --secret-id db'],
  [{ Name: 'db', VersionIdsToStages: { a: ['AWSCURRENT', 'LIVE'] } }, 'NEXT', 'It has `AWSCURRENT`, `LIVE`'],
  [{ Name: 'db' }, 'NEXT', 'It has none'],
])('the fix for secret %j with stage %s has %s', (secret, stage, fix) => {
  expect(judgeSecret(secret, stage)).toMatchObject({ fix: expect.stringContaining(fix) })
})

describe('lookUpSecret', () => {
  const dependency = {
    kind: 'secret',
    name: 'db',
    stage: 'AWSCURRENT',
    account: '123456789012',
    region: 'us-east-1',
  } as const

  test('describes the secret in its region, and never reads its value', async () => {
    const { aws, calls } = fakeAws({ DescribeSecret: { VersionIdsToStages: { a: ['AWSCURRENT'] } } })
    expect(await lookUpSecret(aws, dependency)).toEqual({ kind: 'found' })
    expect(calls).toEqual([{ operation: 'DescribeSecret', region: 'us-east-1', input: { SecretId: 'db' } }])
  })

  test('reports a secret that does not exist', async () => {
    const { aws } = fakeAws({ DescribeSecret: awsError('ResourceNotFoundException') })
    expect(await lookUpSecret(aws, dependency)).toMatchObject({
      kind: 'missing',
      problem: 'does not exist in us-east-1',
    })
  })
})
