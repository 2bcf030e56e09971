import type { Baseline } from '../../../../actions/datadog-event/src/monitors/baseline.ts'
import { type KeepNames, readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import { hasBadReplacedGroup, placeOf } from '../../../../actions/datadog-event/src/monitors/replaced-group.ts'
import { namesWanted, worseGroupsOf } from '../../../../actions/datadog-event/src/monitors/worse-group.ts'
import { type GroupStates, monitorOf } from '../../../support/datadog-event/monitors.ts'

const BEFORE = Date.UTC(2026, 0, 1)
const S = BEFORE / 1000
const policy = { onWarn: 'hold', onNoData: 'hold' } as const

const read = (groups: GroupStates, at: number, keepNames: KeepNames) => {
  const monitor = readMonitor(monitorOf(1, groups), at, S, keepNames)
  if (monitor === undefined) throw new Error('is no monitor')
  return monitor
}
function compare(before: GroupStates, now: GroupStates, hasBaseline = true) {
  const baseline: Baseline = {
    takenAt: BEFORE,
    monitors: hasBaseline ? [read(before, BEFORE, hasBadReplacedGroup)] : undefined,
  }
  const names = namesWanted(baseline).has(1)
  const after = { takenAt: BEFORE + 600_000, results: [], monitors: [read(now, BEFORE + 600_000, () => names)] }
  return worseGroupsOf(baseline, after, policy).map(
    ({ group, before: was, state, effect, ignoredAs }) => `${group} ${was} → ${state} ${ignoredAs ?? effect}`,
  )
}

test.each<[string, string, 'task' | 'host' | undefined, string]>([
  ['task_arn:arn:aws:ecs:eu-west-1:1:task/main/ab', '', 'task', 'a task'],
  ['service:web,task_arn:x', 'service:web', 'task', 'a task of a service'],
  ['task_arn:x,service:web', 'service:web', 'task', 'tags in another order'],
  ['container_id:ab, env:prod', 'env:prod', 'task', 'a container'],
  ['pod_name:web-7d9f8b6c5-x2v4k,kube_cluster:a', 'kube_cluster:a', 'task', 'a pod'],
  ['service:web,version:1.4.2', 'service:web', 'task', 'a version'],
  ['container_name:ecs-web-42-app-b0e5f3c2d1a09f8e7d00', 'container_name:ecs-web-app', 'task', 'a container of ECS'],
  ['host:i-0abc', '', 'host', 'a host'],
  ['instance:i-0abc,service:web', 'service:web', 'host', 'an instance'],
  ['host:i-0abc,container_id:ab', '', 'task', 'a container on a host'],
  ['service:web,availability-zone:eu-west-1a', '', undefined, 'a service'],
  ['container_name:app', '', undefined, 'a container with a name of its own'],
  ['*', '', undefined, 'the whole monitor'],
])('%s: %j, %s (%s)', (group, place, kind) => {
  expect(placeOf(group)).toEqual(kind === undefined ? undefined : { name: place, kind })
})

describe('new groups that take the place of some that were in a bad state before', () => {
  const alert = (at: number) => ['Alert', S + at] as const

  /** Three of thirty tasks are in Alert. */
  const THIRTY: GroupStates = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`task_id:${i}`, i % 10 === 0 ? alert(-60) : (['OK'] as const)]),
  )
  const SILENT: GroupStates = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`task_id:${i}`, ['No Data', 1] as const]),
  )

  test.each<[string, GroupStates, GroupStates, readonly string[]]>([
    [
      'as many in Alert',
      { 'task_id:a': alert(-60), 'task_id:b': ['OK'] },
      { 'task_id:c': alert(60), 'task_id:d': ['OK'] },
      ['task_id:c Alert → Alert as before'],
    ],
    [
      'fewer in Alert',
      { 'task_id:a': alert(-60), 'task_id:b': alert(-60) },
      { 'task_id:c': alert(60), 'task_id:d': ['OK'] },
      ['task_id:c Alert → Alert as before'],
    ],
    [
      'an Alert in place of a Warn',
      { 'task_id:a': ['Warn', S - 60] },
      { 'task_id:c': alert(60) },
      ['task_id:c OK → Alert fail'],
    ],
    [
      'a Warn in place of an Alert',
      { 'task_id:a': alert(-60) },
      { 'task_id:c': ['Warn', S + 60] },
      ['task_id:c Alert → Warn as before'],
    ],
    [
      'an Alert and a Warn in place of one Alert',
      { 'task_id:a': alert(-60), 'task_id:b': ['OK'] },
      { 'task_id:c': alert(60), 'task_id:d': ['Warn', S + 60] },
      ['task_id:c Alert → Alert as before', 'task_id:d OK → Warn hold'],
    ],
    [
      'more in Alert',
      { 'task_id:a': alert(-60), 'task_id:b': ['OK'] },
      { 'task_id:c': alert(60), 'task_id:d': alert(60) },
      ['task_id:c OK → Alert fail', 'task_id:d OK → Alert fail'],
    ],
    [
      'more in Alert, at the same share of more tasks',
      { 'task_id:a': alert(-60), 'task_id:b': ['OK'] },
      { 'task_id:c': alert(60), 'task_id:d': alert(60), 'task_id:e': ['OK'], 'task_id:f': ['OK'] },
      ['task_id:c OK → Alert fail', 'task_id:d OK → Alert fail'],
    ],
    [
      'as many, of another service',
      { 'service:a,task_id:a': alert(-60), 'service:b,task_id:b': ['OK'] },
      { 'service:a,task_id:c': ['OK'], 'service:b,task_id:d': alert(60) },
      ['service:b,task_id:d OK → Alert fail'],
    ],
    [
      'a known group that was OK',
      { 'task_id:a': alert(-60), 'task_id:b': ['OK'] },
      { 'task_id:a': alert(-60), 'task_id:b': alert(60) },
      ['task_id:b OK → Alert fail'],
    ],
    [
      'all of the new ones, where a tenth was in Alert before and groups of earlier deploys are still listed',
      THIRTY,
      { ...THIRTY, 'task_id:x': alert(60), 'task_id:y': alert(60), 'task_id:z': alert(60) },
      ['task_id:x OK → Alert fail', 'task_id:y OK → Alert fail', 'task_id:z OK → Alert fail'],
    ],
    [
      'all of them before and after, with groups without data of tasks that are gone',
      { 'task_id:a': alert(-60), 'task_id:b': alert(-60), ...SILENT },
      { 'task_id:c': alert(60), 'task_id:d': alert(60), ...SILENT },
      ['task_id:c Alert → Alert as before', 'task_id:d Alert → Alert as before'],
    ],
    [
      'a new host while the one that was in Alert still is',
      { 'host:a': alert(-60), 'host:b': ['OK'] },
      { 'host:a': alert(-60), 'host:c': alert(60) },
      ['host:c Alert → Alert hold'],
    ],
    [
      'a new host after the one that was in Alert is gone',
      { 'host:a': alert(-60), 'host:b': ['OK'] },
      { 'host:a': ['No Data', S + 60], 'host:b': ['OK'], 'host:c': alert(60) },
      ['host:c Alert → Alert as before'],
    ],
  ])('%s', (_, before, now, expected) => expect(compare(before, now)).toEqual(expected))

  test('nothing takes a place where there is no baseline: which groups there were is not known', () => {
    expect(compare({}, { 'task_id:a': alert(-60), 'task_id:c': alert(60) }, false)).toEqual([
      'task_id:c undefined → Alert fail',
    ])
  })
})

test('names of groups are kept only of monitors that need them', () => {
  const names = (groups: GroupStates) => read(groups, BEFORE, hasBadReplacedGroup).calm
  expect(names({ 'task_id:a': ['Alert', S - 60], 'task_id:b': ['OK'] })).toEqual(['task_id:b'])
  expect(names({ 'task_id:a': ['OK'], 'task_id:b': ['OK'] })).toBeUndefined()
  expect(names({ 'az:a': ['Alert', S - 60], 'az:b': ['OK'] })).toBeUndefined()
  expect(read({ 'task_id:a': ['Alert'], 'task_id:b': ['OK'] }, BEFORE, () => false).calm).toBeUndefined()
})
