import { parseExactly } from '../../../../actions/terraform-apply/src/state/exact-json.ts'

test('writes numbers with all their digits', () => {
  const text = '{"a":[12345678901234567890,0.10,-1e400,"1"],"b":null,"c":true}'
  expect(JSON.stringify(parseExactly(text))).toBe(text)
})
