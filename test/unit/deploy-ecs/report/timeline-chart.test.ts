import { drawTimeline } from '../../../../actions/deploy-ecs/src/report/timeline-chart.ts'

test('draws old, new and healthy tasks over time, and nothing for a single moment', () => {
  expect(drawTimeline([])).toBe('')
  expect(drawTimeline([{ at: 0, fresh: 0, old: 2, healthy: 0 }])).toBe('')
  const chart = drawTimeline([
    { at: 0, fresh: 0, old: 2, healthy: 0 },
    { at: 2_000, fresh: 2, old: 2, healthy: 0 },
    { at: 4_000, fresh: 2, old: 0, healthy: 2 },
  ])
  expect(chart).toContain('```mermaid\nxychart-beta')
  expect(chart).toContain('x-axis "Seconds" [0, 1, 2, 3, 4]')
  expect(chart).toContain('line [2, 2, 2, 2, 0]\n  line [0, 0, 2, 2, 2]\n  line [0, 0, 0, 0, 2]')
})

test('has 24 columns at most, from the first moment to the last', () => {
  const timeline = Array.from({ length: 100 }, (_, index) => ({ at: index * 1_000, fresh: index, old: 0, healthy: 0 }))
  const chart = drawTimeline(timeline)
  const seconds = /x-axis "Seconds" \[(.*)\]/.exec(chart)?.[1]?.split(', ') ?? []
  expect(seconds).toHaveLength(24)
  expect([seconds[0], seconds.at(-1)]).toEqual(['0', '99'])
  expect(chart).toContain('y-axis "Tasks" 0 --> 99')
})

test('has an axis that spans the whole time, also where nothing changed after the first look', () => {
  const chart = drawTimeline([{ at: 0, fresh: 0, old: 2, healthy: 0 }], 900_000)
  const seconds = /x-axis "Seconds" \[(.*)\]/.exec(chart)?.[1]?.split(', ') ?? []
  expect([seconds[0], seconds.at(-1), seconds.length]).toEqual(['0', '900', 24])
})

test('has an axis also where no task ever ran', () => {
  const none = { fresh: 0, old: 0, healthy: 0 }
  expect(
    drawTimeline([
      { at: 0, ...none },
      { at: 5_000, ...none },
    ]),
  ).toContain('y-axis "Tasks" 0 --> 1')
})
