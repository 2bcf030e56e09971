import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { rolledBack } from '../../../../actions/datadog-event/src/deploy/rolled-back.ts'
import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

const [web] = RECORD.services as [ServiceRecord]
const none = { services: [] }
const { previousTaskDefinition: older = '', taskDefinition: newer } = web
const deploy = deployOfRecord({ ...RECORD, services: [{ ...web, runs: newer, version: 'new' }] }, none, {})
const back = (more: Partial<ServiceRecord> = {}) => {
  const service = { ...web, taskDefinition: older, previousTaskDefinition: newer, runs: older, version: 'old', ...more }
  const record: DeployRecord = { ...RECORD, kind: 'rollback', verdict: service.verdict, services: [service] }
  return deployOfRecord(record, none, {})
}

test('a deploy whose rollback succeeded is rolled back, and what the rollback left runs', () => {
  expect(rolledBack(deploy, back())).toMatchObject({
    status: 'rolled-back',
    services: [{ code: { version: 'new' }, runs: { taskDefinition: older, code: { version: 'old' } } }],
    rollback: { kind: 'rollback' },
  })
})

test('a deploy whose rollback failed keeps its status, and says how the rollback ended', () => {
  const failed = rolledBack(
    { ...deploy, status: 'failed' },
    back({ verdict: 'failed', runs: newer, reason: 'No capacity.' }),
  )
  expect(failed).toMatchObject({
    status: 'failed',
    note: 'The rollback ended as `failed`: No capacity.',
    services: [{ runs: { taskDefinition: newer, code: { version: 'new' } } }],
  })
})

test('a status that is given wins', () => {
  expect(rolledBack(deploy, back(), 'failed').status).toBe('failed')
})
