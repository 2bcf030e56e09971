import { applyChart } from '../../../../actions/terraform-apply/src/report/apply-chart.ts'
import type { Operation } from '../../../../actions/terraform-apply/src/terraform/apply-progress.ts'

const START = Date.UTC(2026, 0, 1)
const operation = (address: string, from: number, to: number, more: Partial<Operation> = {}): Operation => ({
  address,
  action: 'create',
  startedAt: START + from * 1000,
  endedAt: START + to * 1000,
  outcome: 'done',
  ...more,
})
/** The lines of bars alone. */
const barsOf = (chart: string) => chart.split('\n').filter((line) => / :(?:crit, )?\d+, \d+$/.test(line))

test('draws operations as bars over time, in the order they started', () => {
  const chart = applyChart([
    operation('aws_lb.main', 0, 75),
    operation('aws_ecs_service.web', 80, 80),
    operation('aws_sg.old', 1, 62, { action: 'delete', outcome: 'failed' }),
  ])
  expect(chart).toMatchInlineSnapshot(`
"#### 3 operations in 1 min 20 s

\`\`\`mermaid
gantt
dateFormat x
axisFormat %H:%M:%S
todayMarker off
create aws_lb.main (1 min 15 s) :1767225600000, 1767225675000
delete aws_sg.old (failed after 1 min 1 s) :crit, 1767225601000, 1767225662000
create aws_ecs_service.web (0 ms) :1767225680000, 1767225680001
\`\`\`"
`)
})

test('draws only the longest operations of a large apply', () => {
  const operations = Array.from({ length: 3000 }, (_, index) =>
    operation(`module.${'m'.repeat(200)}.a.n${index}`, index, index + 1 + index * 10),
  )
  const chart = applyChart(operations)
  expect(barsOf(chart)).toHaveLength(40)
  expect(chart).toContain('a.n2999 (')
  expect(chart).not.toContain('a.n2959 (')
  expect(chart).toContain('… and 2960 shorter ones.')
  expect(chart.length).toBeLessThan(10_000)
})

test.each([
  'a.b["x:y;z"]',
  'a.b["%%{init: {}}%%"]',
  'a.b["# no comment"]',
  'a.b["</svg><script>alert(1)</script>"]',
  'a.b["#quot;&amp;"]',
  'a.b["```"]',
  'a.b["two\nclick lines"]',
  'a.b["x :crit, 1, 2"]',
])('draws the address %j as one bar, and as text', (address) => {
  const chart = applyChart([operation(address, 0, 2)])
  const [bar = '', ...more] = barsOf(chart)
  expect(more).toEqual([])
  expect(chart.split('\n')).toHaveLength(9)
  const label = bar.slice(0, bar.lastIndexOf(' :'))
  expect(label).not.toMatch(/[:;#%<>&{}`\\]/)
  // Nothing is taken away: the wide characters read as what they stand for.
  expect(label.normalize('NFKC')).toContain(address.replace('\n', ' '))
})

test('draws no chart without operations', () => {
  expect(applyChart([])).toBe('')
})
