import { rehearsedDatadog } from '../support.ts'

test('shows the rate limit in each response, and refuses requests above it until the period ends', async () => {
  const one = await rehearsedDatadog()
  const ask = () => one.ask('GET', '/api/v1/validate')
  const first = await ask()
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'x-ratelimit-limit': '600',
    'x-ratelimit-period': '60',
    'x-ratelimit-remaining': '599',
    'x-ratelimit-name': 'validate',
  })
  for (let i = 0; i < 6; i++) await Promise.all(Array.from({ length: 100 }, ask))
  const refused = await ask()
  expect(refused.status).toBe(429)
  expect(refused.json).toEqual({
    errors: ['Rate limit of 600 requests in 60 seconds reached. Please try again later.'],
  })
  await one.clock.advance(1000 * Number(refused.headers.get('x-ratelimit-reset')))
  expect((await ask()).status).toBe(200)
  await one.close()
})
