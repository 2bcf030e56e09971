import { batches } from '../../../../actions/deploy-ecs/src/aws/ask-in-batches.ts'

test('lists are cut into batches', () => {
  expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(batches([], 2)).toEqual([])
})
