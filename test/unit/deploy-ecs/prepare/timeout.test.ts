import type { Inputs } from '../../../../actions/deploy-ecs/src/inputs/inputs.ts'
import { minimumDurationMs, refuseShortTimeout } from '../../../../actions/deploy-ecs/src/prepare/timeout.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { describeError } from '../../../../toolkit/errors.ts'

const MINUTE = 60_000

test.each([
  [undefined, 0],
  [{ strategy: 'ROLLING', bakeTimeInMinutes: 3 }, 3],
  [{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 }, 10],
  // AWS's defaults: ten steps with 6 minutes between them; 10 minutes for the canary.
  [{ strategy: 'LINEAR' }, 54],
  [{ strategy: 'CANARY', bakeTimeInMinutes: 5 }, 15],
  [{ strategy: 'LINEAR', linearConfiguration: { stepPercent: 30, stepBakeTimeInMinutes: 2 }, bakeTimeInMinutes: 1 }, 7],
  [{ strategy: 'LINEAR', linearConfiguration: { stepPercent: 100, stepBakeTimeInMinutes: 20 } }, 0],
  [{ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 100, canaryBakeTimeInMinutes: 20 } }, 0],
] as const)('%j takes ECS %d minutes at least', (configuration, minutes) => {
  expect(minimumDurationMs(configuration)).toBe(minutes * MINUTE)
})

describe('refuseShortTimeout', () => {
  const plans = [
    {
      name: { cluster: 'prod', service: 'web' },
      before: { deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30 } },
    },
  ] as unknown as readonly ServicePlan[]
  const refuse = (more: Partial<Inputs>) => () =>
    refuseShortTimeout(
      { command: 'deploy', waitFor: 'healthy', timeoutMs: 30 * MINUTE, timeoutInput: 'timeout', ...more } as Inputs,
      plans,
    )

  test('refuses a time-out in which the deployment cannot end', () => {
    expect(refuse({})).toThrow('Input `timeout` is 30 min, but service `prod/web` deploys BLUE_GREEN')
    expect(refuse({ waitFor: 'bake' })).toThrow('Input `timeout`')
  })

  test('names the input that has the time-out, and one that may be long enough', () => {
    const refusal = (() => {
      try {
        refuse({ timeoutInput: 'wait-for-minutes' })()
      } catch (error) {
        return describeError(error)
      }
      return ''
    })()
    expect(refusal).toMatch(/^Input `wait-for-minutes` is 30 min, but service `prod\/web`/)
    expect(refusal).toContain('Next: Remove `wait-for-minutes`, and set `timeout` to 30 min and what tasks take')
  })

  test.each<[string, Partial<Inputs>]>([
    ['a time-out that is longer', { timeoutMs: 30 * MINUTE + 1 }],
    ['a deploy that is not waited for to its end', { waitFor: 'started' }],
    ['a deploy that is not waited for', { waitFor: 'none' }],
    ['a rollback, which is never rolled back', { command: 'rollback' }],
  ])('accepts %s', (_, more) => {
    expect(refuse(more)).not.toThrow()
  })
})
