import { checkHealthyTag, checkNoHealthyTag, healthyTag } from '../../../../../rehearsal/rehearse/checks/healthy-tag.ts'
import type { Entry } from '../../../../../rehearsal/rehearse/checks/journal.ts'

const mark = healthyTag('stage', 'c'.repeat(40))
const journal = (...entries: Record<string, unknown>[]): Entry[] =>
  entries.map((entry, index) => ({ seq: index + 1, type: '', ...entry }))
const healthy = { type: 'service-deployment', status: 'SUCCESSFUL' }
const put = { type: 'registry', method: 'PUT', what: 'manifest', reference: mark, status: 201 }
const looked = { ...put, method: 'GET', status: 404 }
const other = { ...put, reference: 'c'.repeat(40) }

it('agrees with a mark that is put once the deploy is healthy', () => {
  expect(checkHealthyTag(journal(other, healthy, looked, put), mark)).toEqual([])
})

it.each([
  ['none was put', [other, healthy, looked], /never tagged stage-c+, though it was healthy/],
  ['it came too early', [put, healthy], /tagged stage-c+ before it was healthy/],
  ['it came with no rollout at all', [put], /before it was healthy/],
])('disagrees where %s', (_, entries, problem) => {
  expect(checkHealthyTag(journal(...entries), mark)).toEqual([expect.stringMatching(problem)])
})

it('wants none on what was not healthy', () => {
  expect(checkNoHealthyTag(journal(other, healthy, looked), mark)).toEqual([])
  expect(checkNoHealthyTag(journal(healthy, put), mark)).toEqual([expect.stringMatching(/though it was not healthy/)])
})
