import { reportInterrupted } from '../../../../actions/terraform-apply/src/report/interrupted-changes.ts'
import { fakeWorld } from '../fake-world.ts'

test('warns of the resources that an interrupt cut short, in log and summary', () => {
  const { world, lines, summaries } = fakeWorld()
  reportInterrupted(world, ['aws_vpc.a', 'aws_subnet.b["x"]'])
  const start =
    'Interrupted while being created or changed: `aws_vpc.a`, `aws_subnet.b["x"]`. Such a resource may exist'
  expect(lines).toEqual([expect.stringContaining(`warning: ${start}`)])
  expect(summaries).toEqual([expect.stringContaining(`⚠️ ${start}`)])
})

test('reports nothing when no resource was cut short', () => {
  const { world, lines, summaries } = fakeWorld()
  reportInterrupted(world, [])
  expect({ lines, summaries }).toEqual({ lines: [], summaries: [] })
})
