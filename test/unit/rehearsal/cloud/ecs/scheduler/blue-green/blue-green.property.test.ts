// Whatever is done to a service that deploys blue/green, linear or canary, and whenever: production traffic never goes where
// nothing can take it, every service deployment comes to an end, and the service comes to rest.
import fc from 'fast-check'
import { behind, container, create, deploy, MINUTE, register, SECOND, type World, world } from '../../world.ts'
import { advanced, blackouts, current, front, weights } from './world.ts'

const SCOPE = { account: '123456789012', region: 'eu-west-1' }
const SCENARIO = `
tasks:
  - { when: { image: ':missing' }, pull: { fails: 'CannotPullContainerError: not found' } }
  - { when: { image: ':sick' }, answers: 500 }
`

type Deed = { readonly after: number } & (
  | { readonly do: 'deploy'; readonly image: string }
  | { readonly do: 'stop'; readonly stopType: 'ROLLBACK' | 'ABORT' }
  | { readonly do: 'answer'; readonly action: 'CONTINUE' | 'ROLLBACK' }
  | { readonly do: 'scale'; readonly to: number }
  | { readonly do: 'alarm' | 'kill' }
  | { readonly do: 'strategy'; readonly strategy: string }
)

const after = fc.integer({ min: 0, max: 300 }).map((seconds) => seconds * SECOND)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ after, do: fc.constant('deploy' as const), image: fc.constantFrom('ok', 'ok', 'missing', 'sick') }),
  fc.record({ after, do: fc.constant('stop' as const), stopType: fc.constantFrom('ROLLBACK', 'ABORT') }),
  fc.record({ after, do: fc.constant('answer' as const), action: fc.constantFrom('CONTINUE', 'ROLLBACK') }),
  fc.record({ after, do: fc.constant('scale' as const), to: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ after, do: fc.constantFrom('alarm' as const, 'kill' as const) }),
  fc.record({
    ...{ after, do: fc.constant('strategy' as const) },
    strategy: fc.constantFrom('ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'),
  }),
)

const configuration = (strategy: string, pauses: boolean) => ({
  ...{ strategy, bakeTimeInMinutes: 1 },
  ...(strategy === 'LINEAR' ? { linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 } } : {}),
  ...(strategy === 'CANARY' ? { canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 } } : {}),
  deploymentCircuitBreaker: { enable: true, rollback: true },
  alarms: { alarmNames: ['errors'], enable: true, rollback: true },
  lifecycleHooks:
    pauses && strategy !== 'ROLLING'
      ? [
          {
            ...{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT', 'PRE_PRODUCTION_TRAFFIC_SHIFT'] },
            timeoutConfiguration: { timeoutInMinutes: 5, action: 'CONTINUE' },
          },
        ]
      : [],
})

async function perform(it: World, one: Deed, pauses: boolean): Promise<void> {
  const service = { cluster: 'main', service: 'web' }
  const { serviceDeploymentArn, status, lifecycleHookDetails = [] } = await current(it)
  const awaited = lifecycleHookDetails.find((hook: { status: string }) => hook.status === 'AWAITING_ACTION')
  switch (one.do) {
    case 'deploy':
      await deploy(it, {}, [container({ image: `registry.example/web:${one.image}` })])
      break
    case 'stop':
      if (status === 'IN_PROGRESS') {
        await it.call('StopServiceDeployment', { serviceDeploymentArn, stopType: one.stopType })
      }
      break
    case 'answer':
      if (status === 'IN_PROGRESS' && awaited !== undefined) {
        const answer = { serviceDeploymentArn, hookId: awaited.hookId, action: one.action }
        await it.call('ContinueServiceDeployment', answer)
      }
      break
    case 'scale':
      await it.call('UpdateService', { ...service, desiredCount: one.to })
      break
    case 'alarm':
      it.alarms.set(SCOPE, 'errors', true)
      await it.clock.advance(5 * SECOND)
      it.alarms.set(SCOPE, 'errors', false)
      break
    case 'kill': {
      const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web' })
      if (taskArns[0] !== undefined) await it.call('StopTask', { cluster: 'main', task: taskArns[0] })
      // One at a time: at least one task must be left to take the traffic.
      await it.clock.advance(90 * SECOND)
      break
    }
    case 'strategy':
      await it.call('UpdateService', {
        ...service,
        deploymentConfiguration: configuration(one.strategy, pauses),
      })
  }
}

test('a service reaches a steady state and always has tasks that take its traffic', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('BLUE_GREEN', 'LINEAR', 'CANARY'),
      fc.boolean(),
      fc.array(deed, { minLength: 1, maxLength: 8 }),
      async (strategy, pauses, deeds) => {
        const it = world(SCENARIO)
        const made = await front(it)
        await register(it)
        await create(it, {
          loadBalancers: [{ ...behind(made.blue), advancedConfiguration: advanced(made) }],
          deploymentConfiguration: configuration(strategy, pauses),
        })
        await it.clock.advance(20 * MINUTE)
        for (const one of deeds) {
          await it.clock.advance(one.after)
          await perform(it, one, pauses)
        }
        // What was stopped or failed without a way back is left as it is; a deploy that is well ends that.
        await deploy(it, {}, [container({ image: 'registry.example/web:ok' })])
        await it.clock.advance(60 * MINUTE)

        expect(blackouts(it, made)).toEqual([])
        const ends = new Map(
          it.entries('service-deployment').map((entry) => [entry['serviceDeploymentArn'], entry['status']]),
        )
        for (const end of ends.values()) {
          expect(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']).toContain(end)
        }
        const service = await it.service()
        expect(service.deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }])
        expect([service.runningCount, service.pendingCount]).toEqual([service.desiredCount, 0])
        const given = await weights(it, made, made.production)
        expect(given.toSorted()).toEqual([0, 100])
        const hooks = new Map(it.entries('lifecycle-hook').map(({ hookId, status }) => [hookId, status]))
        expect([...hooks.values()]).not.toContain('AWAITING_ACTION')
      },
    ),
    { numRuns: 150, seed: 1 },
  )
})
