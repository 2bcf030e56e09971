import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeAll(async () => {
  datadog = await rehearsedDatadog()
})
afterAll(() => datadog.close())

test('refuses a payload of more than 5 MB', async () => {
  expect((await datadog.ask('POST', '/api/v1/events', { text: 'x'.repeat(5 * 1024 * 1024) })).status).toBe(413)
})
