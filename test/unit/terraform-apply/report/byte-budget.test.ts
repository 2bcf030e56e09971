import { ByteBudget } from '../../../../actions/terraform-apply/src/report/byte-budget.ts'

test('takes a text only if it fits, in bytes', () => {
  const budget = new ByteBudget(10)
  expect(budget.take('€€€')).toBe('')
  expect(budget.take('€€')).toBe('€€')
  expect(budget.take('abc')).toBe('')
})

test('counts what a share spends, and keeps what it does not', () => {
  const budget = new ByteBudget(100)
  const share = budget.share(0.5)
  expect(share.spend(51)).toBe(false)
  expect(share.spend(30)).toBe(true)
  expect(budget.spend(71)).toBe(false)
  expect(budget.spend(70)).toBe(true)
})

test('keeps the rows of a table that fit, and counts the rest', () => {
  const rows = Array.from({ length: 20 }, (_, index) => [`row-${index}`])
  const markdown = new ByteBudget(300).table(['Name'], rows)
  const kept = markdown.match(/row-/g)?.length ?? 0
  expect(kept).toBeGreaterThan(0)
  expect(markdown).toContain(`_… and ${20 - kept} more._`)
  expect(new ByteBudget(50).table(['Name'], rows)).toBe('')
})

test('makes no block after the first that does not fit', () => {
  let made = 0
  const block = () => {
    made++
    return 'x'.repeat(50)
  }
  const markdown = new ByteBudget(220).fit([block, block, block, block], (left) => `${left} more`)
  expect(markdown.endsWith('2 more')).toBe(true)
  expect(made).toBe(3)
})
