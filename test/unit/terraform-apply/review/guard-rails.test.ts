import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { GuardRails } from '../../../../actions/terraform-apply/src/inputs/inputs.ts'
import { changesOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import type { ResourceChangeJson } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { breachesOf, matchesAny } from '../../../../actions/terraform-apply/src/review/guard-rails.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { change, plan } from '../plans.ts'

const NONE: GuardRails = { maxDestroys: undefined, protectedTypes: [], protectedAddresses: [], lifted: [] }
const held = (changes: readonly ResourceChangeJson[], rails: Partial<GuardRails> = {}) =>
  breachesOf(changesOf(plan(changes)), { ...NONE, ...rails }).map(({ address, problem }) => `${address} ${problem}`)

const gone = change('aws_db_instance.main', { actions: ['delete'] })
const replaced = change('aws_lb.main', { actions: ['create', 'delete'] })
const forgotten = change('aws_s3_bucket.logs', { actions: ['forget'] })

test('stops only weakened protection when no other rail is set', () => {
  expect(held([gone, replaced, forgotten])).toEqual([])
})

test('stops destroying, replacing and forgetting protected types and addresses', () => {
  expect(
    held([gone, replaced, forgotten], { protectedTypes: ['aws_db_*'], protectedAddresses: ['aws_lb.main', 'aws_s3*'] }),
  ).toEqual([
    'aws_db_instance.main would be destroyed, and aws_db_* is a protected type'.replace('aws_db_*', 'aws_db_instance'),
    'aws_lb.main would be replaced, and its address is protected',
    'aws_s3_bucket.logs would be forgotten, and its address is protected',
  ])
})

test('stops removing nested blocks of protected resources only', () => {
  const update = change('aws_sg.web', {
    before: { ingress: [{ port: 80 }, { port: 443 }], names: ['a', 'b'] },
    after: { ingress: [{ port: 80 }], names: ['a'] },
  })
  expect(held([update])).toEqual([])
  expect(held([update], { protectedTypes: ['aws_sg'] })).toEqual([
    'aws_sg.web would lose 1 `ingress` block, and aws_sg is a protected type',
  ])
})

test.each([
  ['null', { ingress: null }],
  ['nothing', {}],
  ['an empty list', { ingress: [] }],
])('stops removing all nested blocks, with %s left of them', (_, after) => {
  const update = change('aws_sg.web', { before: { ingress: [{ port: 80 }, { port: 443 }] }, after })
  expect(held([update], { protectedAddresses: ['aws_sg.web'] })).toEqual([
    'aws_sg.web would lose 2 `ingress` blocks, and its address is protected',
  ])
})

test('does not count nested blocks as removed that are not known yet, or were null', () => {
  const unknown = change('aws_sg.web', {
    before: { ingress: [{ port: 80 }] },
    after: {},
    after_unknown: { ingress: true },
  })
  const none = change('aws_sg.api', { before: { ingress: null }, after: {} })
  expect(held([unknown, none], { protectedTypes: ['aws_sg'] })).toEqual([])
})

test('protects each type of the default list', () => {
  const { inputs } = parse(
    readFileSync(new URL('../../../../actions/terraform-apply/action.yml', import.meta.url), 'utf8'),
  ) as { inputs: Record<string, { default: string }> }
  const byDefault = inputs['protected-types']?.default ?? ''
  const protectedTypes = new InputReader({ 'INPUT_PROTECTED-TYPES': byDefault }).list('protected-types')
  expect(protectedTypes).toContain('aws_db_instance')
  for (const type of protectedTypes) {
    const breach = `${type}.data would be destroyed, and ${type} is a protected type`
    expect(held([change(`${type}.data`, { actions: ['delete'] })], { protectedTypes })).toEqual([breach])
  }
})

test('stops more destroys than max-destroys, not counting addresses in allow-destructive', () => {
  expect(held([gone, replaced], { maxDestroys: 2 })).toEqual([])
  expect(held([gone, replaced], { maxDestroys: 1 })).toHaveLength(2)
  expect(held([gone, replaced], { maxDestroys: 1, lifted: ['aws_lb.*'] })).toEqual([])
})

test.each([
  ['deletion_protection', true, false, 'deletion_protection would be switched off'],
  ['deletion_protection', true, null, 'deletion_protection would be switched off'],
  ['force_destroy', false, true, 'force_destroy would be switched on'],
  ['force_destroy', null, true, 'force_destroy would be switched on'],
  ['desired_count', 3, 0, 'desired_count would go from 3 to 0'],
])('stops %s from %s to %s', (name, before, after, problem) => {
  expect(held([change('a.b', { before: { [name]: before }, after: { [name]: after } })])).toEqual([`a.b ${problem}`])
  expect(held([change('a.b', { before: { [name]: after }, after: { [name]: before } })])).toEqual([])
  const nested = change('a.b', { before: { block: [{ [name]: before }] }, after: { block: [{ [name]: after }] } })
  expect(held([nested])).toEqual([`a.b block[0].${problem}`])
  expect(held([nested], { lifted: ['a.b'] })).toEqual([])
})

test('matches patterns against the whole text, with only the star special', () => {
  expect(matchesAny('module.db["a"].aws_x.y', ['module.db["a"].*'])).toBe(true)
  expect(matchesAny('aws_lb.main2', ['aws_lb.main'])).toBe(false)
  expect(matchesAny('aws_lbXmain', ['aws_lb.main'])).toBe(false)
  expect(matchesAny('anything', ['*'])).toBe(true)
})
