// A deploy of the revision that the service runs already starts no deployment, and is not judged by earlier failures.
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { callsOf } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

afterEach(() => cloud.close())

// A tag would be deployed again, as it may have moved.
const DIGEST = `@sha256:${'a'.repeat(64)}`
const NEXT = `example.com/web:next${DIGEST}`

const revision = async () => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}

const SOME_CRASHED = `
description: some tasks of the second deployment crash once it is complete
tasks:
  - { when: { deployment: 2, tasksTo: 3 }, exit: { after: 10m, code: 1 } }
`

test('tasks that crashed earlier do not roll a healthy service back', async () => {
  cloud = await startEcsCloud({ scenario: SOME_CRASHED })
  await makeService(cloud, { balanced: false, desiredCount: 5 })
  expect((await deploy(cloud, { image: NEXT })).outputs['verdict']).toBe('succeeded')
  await cloud.clock.advance(900_000)
  expect(cloud.journal.entries('task').filter(({ stopCode }) => stopCode === 'EssentialContainerExited')).not.toEqual(
    [],
  )
  const updates = callsOf(cloud, 'UpdateService').length
  const again = await deploy(cloud, { image: NEXT })
  expect(again.error).toBeUndefined()
  expect(await revision()).toBe('web:2')
  expect(callsOf(cloud, 'UpdateService')).toHaveLength(updates + 1)
  expect(again.log.join('\n')).not.toContain('stopped:')
})

test.each(['rollback', 'stop'])(
  'what is sick now is red, and is not taken back (on-failure: %s)',
  async (onFailure) => {
    cloud = await startEcsCloud({
      scenario: 'description: the second revision sickens\ntasks:\n  - { when: { deployment: 2 }, sickAfter: 5m }',
    })
    await makeService(cloud)
    expect((await deploy(cloud, { image: NEXT })).outputs['verdict']).toBe('succeeded')
    // It sickens while the second deploy watches it.
    await cloud.clock.advance(250_000)
    const updates = callsOf(cloud, 'UpdateService').length
    const again = await deploy(cloud, {
      image: NEXT,
      ...{ timeout: '2m', 'on-failure': onFailure, 'wait-for': 'bake', 'bake-time': '110s' },
    })
    expect(again.outputs['verdict']).toBe('timed-out')
    expect(again.error).toContain('This run started no deployment, so there is none to roll back.')
    expect([await revision(), callsOf(cloud, 'UpdateService').length - updates]).toEqual(['web:2', 1])
    expect(callsOf(cloud, 'StopServiceDeployment')).toEqual([])
  },
)

test('a deployment that is FAILED says how to start another one', async () => {
  cloud = await startEcsCloud()
  const deploymentCircuitBreaker = { enable: true, rollback: false }
  await makeService(cloud, { service: { deploymentConfiguration: { deploymentCircuitBreaker } } })
  const missing = { image: `example.com/web:missing${DIGEST}`, 'max-failed-tasks': '1000' }
  await deploy(cloud, { ...missing, 'on-failure': 'leave' })
  const again = await deploy(cloud, missing)
  expect(again.outputs['verdict']).toBe('failed')
  expect(again.error).toContain('To start another one, set `force-new-deployment: true`')
  expect(await revision()).toBe('web:2')
})
