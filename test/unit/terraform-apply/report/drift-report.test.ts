import { changesOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import { scrubber } from '../../../../actions/terraform-apply/src/plan-json/sensitive-values.ts'
import { driftReport } from '../../../../actions/terraform-apply/src/report/drift-report.ts'
import { change, plan } from '../plans.ts'

test('scrubs the report before it cuts it', () => {
  const secret = `xq-<b>|${'secret'.repeat(100)}`
  const outside = changesOf(
    plan(
      Array.from({ length: 200 }, (_, index) =>
        change(`a.b["${index}-${secret}"]`, { before: { [secret]: secret, pad: 'x'.repeat(290) }, after: {} }),
      ),
    ),
  )
  const told = driftReport('stage', { outside, pending: [] }, scrubber(new Set([secret])))
  expect(told).toContain('`a.b["0-***"]`: update')
  expect(told).toContain('_… and 100 more._')
  expect(told).not.toContain('xq-')
})

test('cuts a large report to the limit of an issue', () => {
  const outside = changesOf(
    plan(
      Array.from({ length: 100 }, (_, index) => change(`a.b${index}`, { before: { x: 'x'.repeat(900) }, after: {} })),
    ),
  )
  const pending = outside.map((each) => ({ ...each, address: 'y'.repeat(900) }))
  const told = driftReport('stage', { outside, pending }, (text) => text)
  expect(Buffer.byteLength(told)).toBeLessThanOrEqual(60_000)
  expect(told).toContain('_Cut here')
})
