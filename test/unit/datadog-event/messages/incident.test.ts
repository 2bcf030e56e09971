import type { Custom } from '../../../../actions/datadog-event/src/deploy/custom.ts'
import { doraIncident } from '../../../../actions/datadog-event/src/messages/incident.ts'

const custom: Custom = { id: 'incident-7', services: ['web'], startedAt: 5, run: { url: '', actor: '', commitUrl: '' } }
const attributes = (of: Custom) => {
  const { body } = doraIncident(of, { title: 'Checkout is down', tags: ['tier:1'], notify: [] })
  return (JSON.parse(JSON.stringify(body)) as { readonly data: { readonly attributes: object } }).data.attributes
}

test('an incident has its name, its services and exact times', () => {
  const more = { environment: 'production', team: 'shop', version: '1.4', severity: 'SEV-2', finishedAt: 9 }
  expect(attributes({ ...custom, ...more })).toEqual({
    id: expect.stringMatching(/^[A-Za-z0-9._:-]{16,128}$/),
    name: 'Checkout is down',
    ...{ services: ['web'], env: 'production', team: 'shop', version: '1.4', severity: 'SEV-2' },
    ...{ started_at: 5_000_000, finished_at: 9_000_000, custom_tags: ['tier:1'] },
  })
})

test('an incident that goes on has no end, and keeps its id for the step that ends it', () => {
  expect(attributes(custom)).not.toHaveProperty('finished_at')
  expect(attributes(custom)).toMatchObject({ id: (attributes({ ...custom, finishedAt: 9 }) as { id: string }).id })
})
