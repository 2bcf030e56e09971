import type { Rollout } from '../../../../actions/deploy-ecs/src/observe/rollout.ts'
import { revisionRolledBackTo, verifyRollback } from '../../../../actions/deploy-ecs/src/rollback/verify-rollback.ts'
import { awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'
import { followed, record } from '../../../support/deploy-ecs/observations.ts'

const rollout = { ...followed, previousTaskDefinition: 'web:1', name: { cluster: 'prod', service: 'web' } } as Rollout

describe('revisionRolledBackTo', () => {
  const back = record('ROLLBACK_SUCCESSFUL', { rollbackTo: 'revision' })
  const to = (answer: object, ...more: [] | [string]) =>
    revisionRolledBackTo(fakeAws({ DescribeServiceRevisions: answer }).aws, rollout, back, ...more)

  test('is that of the service revision in the service deployment', async () => {
    expect(await to({ serviceRevisions: [{ taskDefinition: 'web:0' }] }, 'web:1')).toBe('web:0')
  })

  test('is what the list of deployments shows, else the previous one, where that may not be read', async () => {
    expect(await to(awsError('AccessDeniedException'), 'web:7')).toBe('web:7')
    expect(await to(awsError('AccessDeniedException'))).toBe('web:1')
    expect(await to({ serviceRevisions: [] })).toBe('web:1')
    expect(await revisionRolledBackTo(fakeAws({}).aws, rollout, undefined, 'web:7')).toBe('web:7')
  })
})

describe('verifyRollback', () => {
  /** ECS whose tasks run after so many reads of the service. */
  const ecs = (healthyAfter: number) => {
    let reads = 0
    return fakeAws({
      DescribeServices: () => {
        reads++
        return { services: [{ serviceName: 'web', status: 'ACTIVE', desiredCount: 1 }] }
      },
      ListTasks: ({ desiredStatus }: Input) => ({
        taskArns: desiredStatus === 'RUNNING' && reads > healthyAfter ? ['a'] : [],
      }),
      DescribeTasks: { tasks: [{ taskArn: 'a', taskDefinitionArn: 'web:1', lastStatus: 'RUNNING' }] },
    })
  }

  test('waits until all tasks run the revision', async () => {
    const { aws, clock } = ecs(3)
    expect(await verifyRollback(aws, rollout, 'web:1', clock.now() + 600_000)).toMatchObject({ status: 'succeeded' })
    expect(clock.slept).toHaveLength(3)
  })

  test('fails after five minutes, or at the deadline, with what is missing', async () => {
    for (const [timeout, longest] of [
      [600_000, 300_000],
      [60_000, 60_000],
    ] as const) {
      const { aws, clock } = ecs(Number.POSITIVE_INFINITY)
      const begun = clock.now()
      const verdict = await verifyRollback(aws, rollout, 'web:1', begun + timeout)
      expect(verdict).toMatchObject({ status: 'failed', reason: expect.stringContaining('0 of 1 tasks of web:1') })
      expect(clock.now() - begun).toBe(longest)
    }
  })
})
