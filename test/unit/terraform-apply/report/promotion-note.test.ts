import { promotionNote } from '../../../../actions/terraform-apply/src/report/promotion-note.ts'

const difference = (address: string) => ({ address, path: 'internal', here: 'false', there: 'true' })

test('shows each difference with both values', () => {
  const note = promotionNote([difference('aws_lb.web')], 'stage')
  expect(note).toContain('1 difference from stage beyond keys, sizes and counts')
  expect(note).toContain('| `aws_lb.web` | `internal` | `true` | `false` |')
})

test('shows at most 50 differences, and counts the rest', () => {
  const many = Array.from({ length: 53 }, (_, index) => difference(`aws_lb.web${index}`))
  const note = promotionNote(many, '')
  expect(note).toContain('53 differences from the other environment')
  expect(note).toContain('_… and 3 more._')
  expect(note).not.toContain('aws_lb.web50')
})

test('cuts a long value', () => {
  expect(promotionNote([{ ...difference('a.x'), here: 'x'.repeat(200) }], 'stage')).toContain(`\`${'x'.repeat(79)}…\``)
})

test('says that there is no difference', () => {
  expect(promotionNote([], 'stage')).toBe('✅ Same as stage, except for keys, sizes and counts.')
})
