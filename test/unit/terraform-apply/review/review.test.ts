import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { review } from '../../../../actions/terraform-apply/src/review/review.ts'
import { fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const saved = {
  file: 'plan.tfplan',
  plan: plan([
    change('a.x', { actions: ['delete'], before: { password: 'hunter2' }, before_sensitive: { password: true } }),
    change('a.hunter2', { actions: ['delete'], before: {} }),
  ]),
}

test('masks the secrets of a plan, and saves them for post', () => {
  const { stack, masked, scratch } = fakeStack()
  const { scrub } = review(stack, saved)
  expect(masked).toContain('hunter2')
  expect(scrub('the password hunter2')).toBe('the password ***')
  expect(JSON.parse(readFileSync(join(scratch, 'secrets.json'), 'utf8'))).toContain('hunter2')
})

test('scrubs the addresses of breaches', () => {
  const rails = { maxDestroys: 0, protectedTypes: [], protectedAddresses: [], lifted: [] }
  const { breaches } = review(fakeStack({ inputs: { guardRails: rails } }).stack, saved)
  expect(breaches.map(({ address }) => address).sort()).toEqual(['a.***', 'a.x'])
})

test('makes an approval only with a key', () => {
  expect(review(fakeStack().stack, saved).approval).toBeUndefined()
  const approval = { approved: undefined, key: 'a key for this test only' }
  expect(review(fakeStack({ inputs: { approval } }).stack, saved).approval).toMatchObject({ stack: '. · bucket/key' })
})
