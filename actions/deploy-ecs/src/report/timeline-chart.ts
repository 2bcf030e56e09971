// The tasks of a rollout over time, as a Mermaid chart, which GitHub draws. Pure.
import { block } from '../../../../toolkit/text/markdown.ts'
import type { Timeline } from '../watch/timeline.ts'

/** More columns do not fit. */
const COLUMNS = 24

/**
 * Old tasks, new tasks and healthy new tasks, up to the last look at `end`: the counts of a rollout that is stuck change only at
 * its beginning. '' for less than a second.
 */
export function drawTimeline(timeline: Timeline, end = timeline.at(-1)?.at ?? 0): string {
  const [first] = timeline
  if (first === undefined || end - first.at < 1_000) return ''
  const columns = Math.min(COLUMNS, Math.floor((end - first.at) / 1_000) + 1)
  const step = (end - first.at) / (columns - 1)
  const moments = Array.from({ length: columns }, (_, index) => first.at + index * step)
  // A sample holds until the next one.
  const samples = moments.map((at) => timeline.findLast((sample) => sample.at <= at + 1) ?? first)
  const most = Math.max(1, ...samples.flatMap(({ old, fresh }) => [old, fresh]))
  const line = (values: readonly number[]) => `  line [${values.join(', ')}]`
  const seconds = moments.map((at) => Math.round((at - first.at) / 1000))
  return [
    block(
      [
        'xychart-beta',
        '  title "Tasks: old, new, new and healthy"',
        `  x-axis "Seconds" [${seconds.join(', ')}]`,
        `  y-axis "Tasks" 0 --> ${most}`,
        line(samples.map(({ old }) => old)),
        line(samples.map(({ fresh }) => fresh)),
        line(samples.map(({ healthy }) => healthy)),
      ].join('\n'),
      'mermaid',
    ),
  ].join('\n')
}
