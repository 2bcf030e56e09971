import { counted } from '../../../../toolkit/text/counted.ts'

test.each([
  [0, '0 tasks'],
  [1, '1 task'],
  [2, '2 tasks'],
])('%d is written as %s', (count, text) => {
  expect(counted(count, 'task')).toBe(text)
})
