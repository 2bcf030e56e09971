// Every scenario of the rehearsal. The verdict agrees with the journal.
import { type DeploymentConfiguration, DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { loadScenario, scenarioNames } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { makeNativeService } from '../../support/deploy-ecs/blue-green-service.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

/** What a scenario needs of the service, or of another deploy. */
const SETTINGS: Readonly<
  Record<
    string,
    {
      breaker?: boolean
      rollback?: boolean
      alarm?: string
      desiredCount?: number
      rival?: boolean
      /** Where ECS shifts the traffic by itself. */
      native?: DeploymentConfiguration
    }
  >
> = {
  'alarm-rollback': { alarm: 'high-5xx' },
  'blue-green': { native: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2 } },
  'canary-alarm': { alarm: 'canary-5xx', native: { strategy: 'CANARY' } },
  'breaker-without-rollback': { breaker: true },
  'desired-zero': { desiredCount: 0 },
  'rollback-new-primary': { breaker: true, rollback: true },
  'vanishing-deployment': { breaker: true, rollback: true },
  superseded: { rival: true },
}

const ENDS: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
}

let cloud: EcsCloud
afterEach(() => cloud.close())

test.each(scenarioNames())('%s', async (name) => {
  const { breaker = false, rollback = false, alarm, desiredCount = 2, rival, native } = SETTINGS[name] ?? {}
  cloud = await startEcsCloud({ scenario: loadScenario(name) })
  const deploymentConfiguration = {
    ...native,
    deploymentCircuitBreaker: { enable: breaker, rollback },
    ...(alarm === undefined ? {} : { alarms: { alarmNames: [alarm], enable: true, rollback: true } }),
  }
  if (native === undefined) await makeService(cloud, { desiredCount, service: { deploymentConfiguration } })
  else await makeNativeService(cloud, deploymentConfiguration, { desiredCount })
  if (rival) {
    cloud.clock.after(30_000, async () => {
      await cloud.ecs.send(
        new UpdateServiceCommand({
          cluster: 'production',
          service: 'web',
          taskDefinition: 'web:1',
          forceNewDeployment: true,
        }),
      )
    })
  }
  const start = cloud.journal.entries().length
  cloud.arm()
  const done = await deploy(cloud, {
    image: 'example.com/web:next',
    timeout: '15m',
    ...(alarm && !native ? { 'wait-for': 'bake', 'bake-time': '10m' } : {}),
  })
  cloud.arm(false)
  const verdict = String(done.outputs['verdict'])
  const journal = cloud.journal.entries().slice(start)
  const record = journal.findLast(
    ({ type, taskDefinition }) => type === 'service-deployment' && String(taskDefinition).endsWith('web:2'),
  )
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  const primary = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY')
  const runs = primary?.taskDefinition?.replace(/^.*\//, '')
  const expired = journal.some(({ outcome }) => outcome === 'ExpiredTokenException')
  if (rival) expect(verdict).toBe('superseded')
  else if (expired)
    expect([verdict, done.error]).toEqual(['failed', expect.stringContaining('how it ends is not known')])
  else {
    const seen = ENDS[String(record?.['status'])] ?? (runs === 'web:1' ? 'rolled-back' : 'failed')
    expect([verdict, done.error]).toEqual([seen, verdict === 'succeeded' ? undefined : expect.any(String)])
    expect(runs).toBe(verdict === 'succeeded' ? 'web:2' : 'web:1')
  }
  const updates = new Set(
    journal
      .filter(
        ({ type, taskDefinition, isRollback }) =>
          type === 'deployment' && String(taskDefinition).endsWith('web:2') && !isRollback,
      )
      .map(({ id }) => id),
  )
  expect(updates.size).toBe(1)
})
