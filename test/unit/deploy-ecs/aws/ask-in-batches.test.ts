import { askInBatches, batches } from '../../../../actions/deploy-ecs/src/aws/ask-in-batches.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

test.each<[readonly number[], number, readonly (readonly number[])[]]>([
  [[1, 2, 3, 4, 5], 2, [[1, 2], [3, 4], [5]]],
  [[1, 2], 2, [[1, 2]]],
  [[1], 10, [[1]]],
  [[], 2, []],
])('batches cuts %j into %d each: %j', (items, size, cut) => {
  expect(batches(items, size)).toEqual(cut)
})

describe('askInBatches', () => {
  /** Answers each item with `<item>!`; a batch with a key of `broken` in it fails with its error. */
  const ask = (broken: Readonly<Record<string, Error>>) => {
    const asked: string[] = []
    const answers = async (batch: readonly string[]) => {
      asked.push(batch.join())
      for (const item of batch) if (broken[item] !== undefined) throw broken[item]
      return batch.map((item) => `${item}!`)
    }
    return { asked, answers }
  }
  const { aws } = fakeAws({})

  test('returns all answers, one call for each batch', async () => {
    const { asked, answers } = ask({})
    const { found, failed } = await askInBatches(aws, [['a', 'b'], ['c']], answers)
    expect(found).toEqual(['a!', 'b!', 'c!'])
    expect(failed.size).toBe(0)
    expect(asked).toEqual(['a,b', 'c'])
  })

  test('asks item by item where AWS refuses a batch for one of its items', async () => {
    const refused = awsError('AccessDeniedException')
    const { asked, answers } = ask({ b: refused })
    const { found, failed } = await askInBatches(aws, [['a', 'b', 'c'], ['d']], answers)
    expect(found.toSorted()).toEqual(['a!', 'c!', 'd!'])
    expect([...failed]).toEqual([['b', refused]])
    expect(asked.toSorted()).toEqual(['a', 'a,b,c', 'b', 'c', 'd'])
  })

  test('does not ask item by item after an error that is not about one item', async () => {
    const throttled = awsError('ThrottlingException')
    const { asked, answers } = ask({ b: throttled })
    const { found, failed } = await askInBatches(aws, [['a', 'b'], ['c']], answers)
    expect(found).toEqual(['c!'])
    expect([...failed]).toEqual([
      ['a', throttled],
      ['b', throttled],
    ])
    expect(asked).toEqual(['a,b', 'c'])
  })

  test('throws when the run is cancelled', async () => {
    const cancelled = fakeAws({})
    cancelled.cancel()
    const { answers } = ask({ a: awsError('AccessDeniedException') })
    await expect(askInBatches(cancelled.aws, [['a']], answers)).rejects.toThrow(CancelledError)
  })
})
