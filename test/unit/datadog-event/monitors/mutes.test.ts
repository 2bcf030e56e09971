import { mutes, type RawMutes } from '../../../../actions/datadog-event/src/monitors/mutes.ts'

const NOW = Date.UTC(2026, 0, 1) / 1000

test.each<[string, RawMutes]>([
  ['a mute of the whole monitor', { options: { silenced: { '*': null } } }],
  ['a mute of this group', { options: { silenced: { 'host:a': NOW + 60 } } }],
  ['a downtime for all', { matching_downtimes: [{ scope: ['*'], start: NOW - 60, end: null }] }],
  ['a downtime for this host', { matching_downtimes: [{ scope: ['host:a'], start: NOW - 60, end: NOW + 60 }] }],
  ['a downtime with a wildcard', { matching_downtimes: [{ scope: ['host:a*'] }] }],
  ['a downtime for what the monitor is about', { matching_downtimes: [{ scope: ['env:production'] }] }],
  ['a downtime that lists its groups', { matching_downtimes: [{ scope: ['x:y'], groups: ['host:a,az:1'] }] }],
  ['a downtime for both tags of the group', { matching_downtimes: [{ scope: ['host:a', 'az:1'] }] }],
])('a group is muted by %s', (_, more) => expect(mutes(more, NOW)('host:a,az:1')).toBe(true))

test.each<[string, RawMutes]>([
  ['a mute that is over', { options: { silenced: { '*': NOW - 60 } } }],
  ['a mute of another group', { options: { silenced: { 'host:b': null } } }],
  ['a downtime that is over', { matching_downtimes: [{ scope: ['*'], end: NOW - 60 }] }],
  ['a downtime yet to come', { matching_downtimes: [{ scope: ['*'], start: NOW + 60 }] }],
  ['a downtime that is not active', { matching_downtimes: [{ scope: ['*'], active: false }] }],
  ['a downtime for another host', { matching_downtimes: [{ scope: ['host:b'] }] }],
  ['a downtime with one tag that the group does not have', { matching_downtimes: [{ scope: ['host:a', 'az:2'] }] }],
  ['a downtime that lists other groups', { matching_downtimes: [{ scope: ['*'], groups: ['host:b,az:1'] }] }],
  ['a scope that is an expression', { matching_downtimes: [{ scope: ['region:eu AND host:a'] }] }],
  ['a scope that is no list of tags', { matching_downtimes: [{ scope: ['host:a AND (az:1 OR az:2)'] }] }],
])('a group is not muted by %s', (_, more) => expect(mutes(more, NOW)('host:a,az:1')).toBe(false))

test('a scope may be text, and tags may have spaces around them', () => {
  const muted = mutes({ matching_downtimes: [{ scope: 'host:a, az:1' }] }, NOW)
  expect(muted(' host:a , az:1 ')).toBe(true)
  expect(muted('host:b, az:1')).toBe(false)
})

test('a downtime without a scope mutes all groups', () => {
  expect(mutes({ matching_downtimes: [{ scope: null, groups: [] }] }, NOW)('host:a')).toBe(true)
})

test('a downtime that is disabled mutes none', () => {
  expect(mutes({ matching_downtimes: [{ scope: ['*'], disabled: true }] }, NOW)('host:a')).toBe(false)
})

test('a monitor without mutes has no muted group', () => {
  expect(mutes({ options: null, matching_downtimes: null }, NOW)('*')).toBe(false)
})
