import { capitalize } from '../../../../toolkit/text/capitalize.ts'

test.each([
  ['rollout IN_PROGRESS', 'Rollout IN_PROGRESS'],
  ['ECS', 'ECS'],
  ['', ''],
])('%j becomes %j', (text, expected) => {
  expect(capitalize(text)).toBe(expected)
})
