import { isOwnTask, ownServices } from '../../../../actions/deploy-ecs/src/change/check-post-state.ts'
import type { PostState } from '../../../../actions/deploy-ecs/src/change/post-state.ts'
import type { Inputs } from '../../../../actions/deploy-ecs/src/inputs/inputs.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const inputs = {
  services: [{ cluster: 'prod', service: 'web' }],
  serviceChanges: { desiredCount: 3 },
} as unknown as Inputs

describe('a task in the state', () => {
  const task = { cluster: 'prod', taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/prod/7' }
  const check = async (answers: Readonly<Record<string, Answer>>, saved = task) => {
    const { aws, calls } = fakeAws(answers)
    const { log, lines } = fakeLog()
    const own = await isOwnTask({ aws, log, inputs, env: { GITHUB_RUN_ID: '42' } }, saved)
    return { own, lines, calls }
  }

  test('is ours if this run started it', async () => {
    const { own, lines } = await check({ DescribeTasks: { tasks: [{ startedBy: 'slipway/42' }] } })
    expect({ own, lines }).toEqual({ own: true, lines: [] })
  })

  test('is looked for again, as reads lag behind the call that started it', async () => {
    const answer = (_: object, count: number) => (count < 3 ? {} : { tasks: [{ startedBy: 'slipway/42' }] })
    expect((await check({ DescribeTasks: answer })).own).toBe(true)
  })

  test.each<[string, Answer, string | undefined]>([
    ['another run started', { tasks: [{ startedBy: 'slipway/41' }] }, 'this run did not start it.'],
    ['a service started', { tasks: [{ startedBy: 'ecs-svc/1' }] }, 'this run did not start it.'],
    ['ECS no longer knows', { failures: [{ reason: 'MISSING' }] }, undefined],
    ['may not be read', () => Promise.reject(awsError('AccessDeniedException')), 'Could not describe tasks'],
  ])('that %s is left as it is', async (_, answer, why) => {
    const { own, lines } = await check({ DescribeTasks: answer })
    expect(own).toBe(false)
    expect(lines).toEqual(
      why === undefined ? [] : [expect.stringContaining(`Task 7 is left as it is: ${why.slice(0, 24)}`)],
    )
  })

  test('of a cluster that the inputs do not name is not asked for', async () => {
    const { own, lines, calls } = await check({}, { ...task, cluster: 'other' })
    expect({ own, calls }).toEqual({ own: false, calls: [] })
    expect(lines).toEqual([expect.stringContaining('does not deploy to cluster `other`')])
  })
})

describe('a service in the state', () => {
  const web: PostState = {
    ...{ name: { cluster: 'prod', service: 'web' }, taskDefinition: 'web:2', previousTaskDefinition: 'web:1' },
    ...{ ranBefore: true, settings: { from: { desiredCount: 2 }, to: { desiredCount: 3 } } },
  }

  test('keeps its other settings where `scale-in: false` left the count alone', () => {
    const { log } = fakeLog()
    const off = { enable: false, rollback: false }
    const deploymentCircuitBreaker = { enable: true, rollback: true }
    const settings = { from: { deploymentCircuitBreaker: off }, to: { deploymentCircuitBreaker } }
    const serviceChanges = { desiredCount: 3, scaleIn: false, circuitBreaker: 'rollback' } as const
    const left = { ...web, settings }
    expect(ownServices({ inputs: { ...inputs, serviceChanges }, log }, [left])).toEqual([left])
    const { settings: _, ...rest } = left
    const lowering = { ...serviceChanges, scaleIn: true }
    expect(ownServices({ inputs: { ...inputs, serviceChanges: lowering }, log }, [left])).toEqual([rest])
  })

  test('keeps the count that the bounds of autoscaling gave it, and its other settings where they gave none', () => {
    const { log } = fakeLog()
    const bounds = new Map([['prod/web', { min: 5, max: 8 }]])
    const raised = { ...web, settings: { from: { desiredCount: 0 }, to: { desiredCount: 5 } } }
    expect(ownServices({ inputs, log }, [raised], bounds)).toEqual([raised])
    const left = { ...web, settings: { from: {}, to: {} } }
    expect(ownServices({ inputs, log }, [left], bounds)).toEqual([left])
    const forged = { ...web, settings: { from: { desiredCount: 0 }, to: { desiredCount: 6 } } }
    expect(ownServices({ inputs, log }, [forged], bounds)[0]?.settings).toBeUndefined()
  })

  test('is taken if the inputs name it', () => {
    const { log, lines } = fakeLog()
    expect(ownServices({ inputs, log }, [web])).toEqual([web])
    expect(lines).toEqual([])
  })

  test('is left as it is if they do not', () => {
    const { log, lines } = fakeLog()
    const other = { ...web, name: { cluster: 'prod', service: 'other' } }
    expect(ownServices({ inputs, log }, [other, web])).toEqual([web])
    expect(lines).toEqual([expect.stringContaining('Service `prod/other` is left as it is')])
  })

  test('gets no settings back that the inputs do not change', () => {
    const { settings, ...rest } = web
    const forged = { ...web, settings: { from: { desiredCount: 0 }, to: { desiredCount: 2 } } }
    expect(ownServices({ inputs, log: fakeLog().log }, [forged])).toEqual([rest])
  })
})
