import type { Custom } from '../../../../actions/datadog-event/src/deploy/custom.ts'
import { customChange } from '../../../../actions/datadog-event/src/messages/custom-change.ts'

const custom: Custom = {
  ...{ id: 'x', services: ['web', 'api'], environment: 'production', startedAt: 0 },
  run: { url: 'https://run', actor: 'ada', commitUrl: '' },
}
const changed = { name: 'new-checkout', type: 'feature_flag', previous: { on: false }, next: { on: true } } as const
const fields = {
  title: 'Checkout @all',
  text: 'Ten percent.',
  tags: ['tier:1'],
  notify: ['@slack-x'],
  aggregationKey: 'k',
}

test('says which flag was changed, from what, to what, for which services', () => {
  const request = customChange(custom, changed, { ...fields, dateHappened: 60 })
  expect(request).toMatchObject({ method: 'POST', host: 'intake', path: '/api/v2/events', keys: 'api' })
  expect(request.body).toEqual({
    data: {
      type: 'event',
      attributes: {
        title: 'Checkout @\u200ball',
        message: '%%% \nTen percent.\n\n@slack-x\n %%%',
        category: 'change',
        integration_id: 'custom-events',
        aggregation_key: 'k',
        tags: ['env:production', 'service:web', 'service:api', 'tier:1'],
        timestamp: '1970-01-01T00:01:00.000Z',
        attributes: {
          author: { name: 'ada', type: 'user' },
          changed_resource: { name: 'new-checkout', type: 'feature_flag' },
          impacted_resources: [
            { name: 'web', type: 'service' },
            { name: 'api', type: 'service' },
          ],
          prev_value: { on: false },
          new_value: { on: true },
          change_metadata: { env: 'production', run_url: 'https://run' },
        },
      },
    },
  })
})

test('leaves out what is not known', () => {
  const bare: Custom = { id: 'x', services: [], startedAt: 0, run: { url: '', actor: '', commitUrl: '' } }
  const { body } = customChange(bare, { name: 'flag', type: 'configuration' }, { title: 'T', tags: [], notify: [] })
  expect(body).toMatchObject({ data: { attributes: { tags: [] } } })
  expect(JSON.stringify(body)).not.toMatch(/author|impacted|prev_value|new_value|timestamp|null/)
})
