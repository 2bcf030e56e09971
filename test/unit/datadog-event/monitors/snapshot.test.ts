import type { Datadog, DatadogRequest } from '../../../../actions/datadog-event/src/api/client.ts'
import { DatadogError } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import { noMatch, takeSnapshot } from '../../../../actions/datadog-event/src/monitors/snapshot.ts'
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
    takeSnapshot(datadog, queries, { now: NOW, since: NOW - 60_500, until: NOW + 20_000 })
  return { take, asked, pagesAsked: () => asked.map(({ request }) => request.query?.['page']) }
}
const monitors = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => monitorOf(from + i, { a: ['OK'] }))

test('asks for the monitors that have all tags, with groups and downtimes', async () => {
  const { take, asked } = datadogOf(() => monitors(1, 1))
  expect(await take(WEB)).toMatchObject({ takenAt: NOW, monitors: [{ id: 1, counts: { OK: 1 } }], unmatched: [] })
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

test('has a monitor once that two queries match, and names queries that match none', async () => {
  const found = datadogOf((tags) => (tags.includes('worker') ? [] : monitors(1, 2)))
  const { monitors: all, unmatched } = await found.take(WEB, ['env:production'], WORKER)
  expect(all.map(({ id }) => id)).toEqual([1, 2])
  expect(unmatched).toEqual([WORKER])
})

test('keeps groups that have triggered since the time asked for', async () => {
  const groups = { at: ['OK', NOW / 1000 - 60], before: ['OK', NOW / 1000 - 61] } as const
  const [monitor] = (await datadogOf(() => [monitorOf(1, groups)]).take(WEB)).monitors
  expect(monitor?.notable.map(({ name }) => name)).toEqual(['at'])
})

test('leaves out entries that are no monitors', async () => {
  const { monitors: all, unmatched } = await datadogOf(() => [{ name: 'x' }]).take(WEB)
  expect({ all, unmatched }).toEqual({ all: [], unmatched: [WEB] })
})

test('refuses an answer that is no list', async () => {
  const taken = datadogOf(() => ({ monitors: [] })).take(WEB)
  await expect(taken).rejects.toThrow(DatadogError)
  await expect(taken).rejects.toThrow('the answer is unusable, as it is not a list of monitors.')
})

test('noMatch names all tags of a query', () => {
  expect(noMatch(WEB)).toBe('No monitor has the tags `service:web`, `env:production`.')
})
