import type { Script } from '../scripted-server.ts'
import { answerJson } from '../scripted-server.ts'

/** A group's state, and when it triggered, in seconds. */
export type GroupStates = Readonly<Record<string, readonly [state: string, since?: number]>>

/** A monitor as Datadog's API answers it. */
export const monitorOf = (id: number, groups: GroupStates, more: object = {}) => ({
  id,
  name: `Monitor ${id}`,
  type: 'query alert',
  tags: ['service:web', 'env:production'],
  overall_state: 'OK',
  options: { silenced: {} },
  matching_downtimes: [],
  ...more,
  state: {
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, [status, since = 0]]) => [
        name,
        {
          name,
          status,
          last_triggered_ts: since,
          last_nodata_ts: since,
          last_notified_ts: null,
          last_resolved_ts: null,
        },
      ]),
    ),
  },
})

/** Answers `GET /api/v1/monitor` page by page from what `monitors` gives for look number `look`, counted from 0. */
export function monitorPages(monitors: (look: number) => readonly object[]): Script {
  let look = -1
  return ({ query }, response) => {
    const [page, size] = [Number(query.get('page')), Number(query.get('page_size'))]
    if (page === 0) look++
    answerJson(response, 200, monitors(look).slice(page * size, (page + 1) * size))
  }
}
