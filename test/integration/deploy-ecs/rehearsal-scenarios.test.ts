// Every scenario of the rehearsal. The verdict agrees with the journal.
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { scenarioNames } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import type { EcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'
import { needsOf, playScenario } from '../../support/deploy-ecs/scenario-run.ts'

const ENDS: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'succeeded',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
}

let cloud: EcsCloud
afterEach(() => cloud.close())

test.each(scenarioNames())('%s', async (name) => {
  const played = await playScenario(name)
  cloud = played.cloud
  const { done, start } = played
  const { rival } = needsOf(name)
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
