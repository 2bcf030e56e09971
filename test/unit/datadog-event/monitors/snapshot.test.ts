import type { Datadog, DatadogRequest } from '../../../../actions/datadog-event/src/api/client.ts'
import { DatadogError, unreadableAnswer } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import { completed, takeSnapshot } from '../../../../actions/datadog-event/src/monitors/snapshot.ts'
import { monitorOf } from '../../../support/datadog-event/monitors.ts'

const NOW = Date.UTC(2026, 0, 1)
const WEB = ['service:web', 'env:production']
const WORKER = ['service:worker', 'env:production']

/** A Datadog that answers each request for a page of monitors by its tags and number. */
function datadogOf(pages: (tags: string, page: number) => unknown) {
  const asked: { readonly request: DatadogRequest; readonly until: number }[] = []
  const datadog = {
    call: async (request: DatadogRequest, until: number) => {
      asked.push({ request, until })
      return pages(request.query?.['monitor_tags'] ?? '', Number(request.query?.['page']))
    },
  } as unknown as Datadog
  const take = (...queries: readonly (readonly string[])[]) =>
    takeSnapshot(datadog, queries, { now: NOW, since: NOW - 60_500, until: NOW + 20_000, keepNames: () => false })
  return { take, asked, pagesAsked: () => asked.map(({ request }) => request.query?.['page']) }
}
const monitors = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => monitorOf(from + i, { a: ['OK'] }))

test('asks for the monitors that have all tags, with groups and downtimes', async () => {
  const { take, asked } = datadogOf(() => monitors(1, 1))
  expect(await take(WEB)).toMatchObject({
    takenAt: NOW,
    monitors: [{ id: 1, counts: { OK: 1 } }],
    results: [{ query: WEB, monitors: [1] }],
  })
  expect(asked).toEqual([
    {
      until: NOW + 20_000,
      request: {
        operation: 'read the monitors tagged `service:web`, `env:production`',
        method: 'GET',
        host: 'api',
        path: '/api/v1/monitor',
        keys: 'both',
        query: {
          monitor_tags: 'service:web,env:production',
          group_states: 'all',
          with_downtimes: 'true',
          page: '0',
          page_size: '100',
        },
      },
    },
  ])
})

test('reads pages until one is not full', async () => {
  const all = monitors(0, 250)
  const { take, pagesAsked } = datadogOf((_, page) => all.slice(page * 100, (page + 1) * 100))
  expect((await take(WEB)).monitors).toHaveLength(250)
  expect(pagesAsked()).toEqual(['0', '1', '2'])
})

test('reads the empty page after a full last one', async () => {
  const { take, pagesAsked } = datadogOf((_, page) => (page === 0 ? monitors(0, 100) : []))
  expect((await take(WEB)).monitors).toHaveLength(100)
  expect(pagesAsked()).toEqual(['0', '1'])
})

test('stops at a server that ignores the page number', async () => {
  const { take, pagesAsked } = datadogOf(() => monitors(0, 100))
  expect((await take(WEB)).monitors).toHaveLength(100)
  expect(pagesAsked()).toEqual(['0', '1'])
})

test('has a monitor once that two queries match, and says what each query matched', async () => {
  const found = datadogOf((tags) => (tags.includes('worker') ? [] : monitors(1, 2)))
  const { monitors: all, results } = await found.take(WEB, ['env:production'], WORKER)
  expect(all.map(({ id }) => id)).toEqual([1, 2])
  expect(results).toEqual([
    { query: WEB, monitors: [1, 2] },
    { query: ['env:production'], monitors: [1, 2] },
    { query: WORKER, monitors: [] },
  ])
})

test('keeps groups that have triggered since the time asked for', async () => {
  const groups = { at: ['OK', NOW / 1000 - 60], before: ['OK', NOW / 1000 - 61] } as const
  const [monitor] = (await datadogOf(() => [monitorOf(1, groups)]).take(WEB)).monitors
  expect(monitor?.notable.map(({ name }) => name)).toEqual(['at'])
})

test('leaves out entries that are no monitors', async () => {
  const { monitors: all, results } = await datadogOf(() => [{ name: 'x' }, null]).take(WEB)
  expect({ all, results }).toEqual({ all: [], results: [{ query: WEB, monitors: [] }] })
})

test('refuses an answer that is no list', async () => {
  const taken = datadogOf(() => ({ monitors: [] })).take(WEB)
  await expect(taken).rejects.toThrow(DatadogError)
  await expect(taken).rejects.toThrow('the answer is unusable, as it is not a list of monitors.')
})

describe('where a query cannot be read', () => {
  const refusal = unreadableAnswer('read', 'it is odd')
  const failing = (...tags: readonly string[]) =>
    datadogOf((asked) => {
      if (tags.some((tag) => asked.includes(tag))) throw refusal
      return monitors(asked.includes('worker') ? 2 : 1, 1)
    })

  test('has the monitors of the others, and its error', async () => {
    const { monitors: all, results } = await failing('service:web').take(WEB, WORKER)
    expect(all.map(({ id }) => id)).toEqual([2])
    expect(results).toEqual([
      { query: WEB, monitors: [], error: refusal },
      { query: WORKER, monitors: [2] },
    ])
  })

  test('throws where it was the only one, or none can be read', async () => {
    await expect(failing('service:web').take(WEB)).rejects.toBe(refusal)
    await expect(failing('env:').take(WEB, WORKER)).rejects.toBe(refusal)
  })

  test('each query has its share of the time, and what the ones before it left', async () => {
    const { take, asked } = failing()
    await take(WEB, WORKER)
    expect(asked.map(({ until }) => until - NOW)).toEqual([10_000, 20_000])
  })

  test('completed has what the snapshot before it had of that query, and nothing else', async () => {
    const whole = await failing().take(WEB, WORKER)
    const part = await failing('service:worker').take(WEB, WORKER)
    expect(completed(part, whole).monitors.map(({ id }) => id)).toEqual([1, 2])
    expect(completed(part, undefined)).toBe(part)
    const without = { ...whole, monitors: [] }
    expect(completed(without, whole)).toBe(without)
  })

  test('completed knows a monitor of that query also when another query has it', async () => {
    const one = (await failing().take(WEB)).monitors
    const at = (web: readonly number[], worker: readonly number[], error?: DatadogError) => ({
      takenAt: NOW,
      monitors: one.filter(({ id }) => web.includes(id) || worker.includes(id)),
      results: [
        { query: WEB, monitors: web },
        { query: WORKER, monitors: worker, ...(error === undefined ? {} : { error }) },
      ],
    })
    const second = completed(at([1], [], refusal), at([1], [1]))
    expect(completed(at([], [], refusal), second).monitors.map(({ id }) => id)).toEqual([1])
  })

  test('completed keeps them however many snapshots lack that query', async () => {
    const whole = await failing().take(WEB, WORKER)
    const part = await failing('service:worker').take(WEB, WORKER)
    const third = completed(part, completed(part, whole))
    expect(third.monitors.map(({ id }) => id)).toEqual([1, 2])
    expect(third.results.map(({ monitors: ids }) => ids)).toEqual([[1], [2]])
    // Once the query can be read again, a monitor that it does not have is gone.
    const without = { ...whole, monitors: whole.monitors.slice(0, 1), results: whole.results.slice(0, 1) }
    expect(completed(without, third).monitors.map(({ id }) => id)).toEqual([1])
  })
})
