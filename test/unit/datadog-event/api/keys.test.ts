import { requireAppKey } from '../../../../actions/datadog-event/src/api/keys.ts'
import { API_KEY, APP_KEY } from '../../../support/datadog-event/datadog.ts'

test('requireAppKey says what needs the key', () => {
  expect(requireAppKey({ api: API_KEY, app: APP_KEY }, 'reading monitors')).toBe(APP_KEY)
  expect(() => requireAppKey({ api: API_KEY, app: undefined }, 'reading monitors')).toThrow(
    'Input `app-key` is missing, and reading monitors needs it.',
  )
})
