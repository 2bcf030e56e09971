import { checkHealthyTag, checkNoHealthyTag, healthyTag } from '../../../../../rehearsal/rehearse/checks/healthy-tag.ts'
import type { Entry } from '../../../../../rehearsal/rehearse/checks/journal.ts'

const mark = healthyTag('stage', 'c'.repeat(40))
const journal = (...entries: Record<string, unknown>[]): Entry[] =>
  entries.map((entry, index) => ({ seq: index + 1, type: '', ...entry }))
const healthy = { type: 'service-deployment', status: 'SUCCESSFUL' }
const put = { type: 'registry', method: 'PUT', what: 'manifest', reference: mark, status: 201 }
const looked = { ...put, method: 'GET', status: 404 }
const other = { ...put, reference: 'c'.repeat(40) }

it('accepts a tag that is pushed after the deploy is healthy', () => {
  expect(checkHealthyTag(journal(other, healthy, looked, put), mark)).toEqual([])
})

it.each([
  ['no tag was pushed', [other, healthy, looked], /not tagged stage-c+, although the deploy was healthy/],
  ['the tag was pushed too early', [put, healthy], /tagged stage-c+ before the deploy was healthy/],
  ['the tag was pushed without a rollout', [put], /before the deploy was healthy/],
])('finds a problem where %s', (_, entries, problem) => {
  expect(checkHealthyTag(journal(...entries), mark)).toEqual([expect.stringMatching(problem)])
})

it('accepts no tag on an unhealthy deploy', () => {
  expect(checkNoHealthyTag(journal(other, healthy, looked), mark)).toEqual([])
  expect(checkNoHealthyTag(journal(healthy, put), mark)).toEqual([
    expect.stringMatching(/although the deploy was not healthy/),
  ])
})
