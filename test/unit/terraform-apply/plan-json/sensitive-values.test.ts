import * as fc from 'fast-check'
import {
  collect,
  scrubber,
  scrubValue,
  secretsOf,
} from '../../../../actions/terraform-apply/src/plan-json/sensitive-values.ts'
import { change, plan } from '../plans.ts'

const marked = (value: unknown, marks: unknown) => {
  const found = new Set<string>()
  collect(value, marks, found)
  return [...found]
}

test('finds the secrets in every part of a plan', () => {
  const made = plan(
    [
      change('a.b', {
        before: { x: 'before-secret', y: 'open' },
        before_sensitive: { x: true },
        after: { list: ['after-secret'] },
        after_sensitive: { list: [true] },
      }),
    ],
    {
      variables: { token: { value: { deep: ['variable-secret'] } }, region: { value: 'us-east-1' } },
      configuration: { root_module: { variables: { token: { sensitive: true }, region: {} } } },
      resource_drift: [change('c.d', { before: 'drift-secret', before_sensitive: true })],
      output_changes: { out: { actions: ['create'], after: 'output-secret', after_sensitive: true } },
      planned_values: { outputs: { o: { sensitive: true, value: 'planned-secret' } } },
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              {
                resources: [
                  {
                    address: 'm.e.f',
                    mode: 'managed',
                    type: 'e',
                    name: 'f',
                    values: { p: 'prior-secret' },
                    sensitive_values: { p: true },
                  },
                ],
              },
            ],
          },
        },
      },
    },
  )
  const secrets = [...secretsOf(made)].filter((text) => text.endsWith('-secret')).sort()
  expect(secrets).toEqual([
    'after-secret',
    'before-secret',
    'drift-secret',
    'output-secret',
    'planned-secret',
    'prior-secret',
    'variable-secret',
  ])
  expect([...secretsOf(made)]).not.toContain('us-east-1')
})

test('scrubs a secret in every form in which it may be printed', () => {
  const forms = marked('one "two"\nthree', true)
  expect(forms).toEqual(
    expect.arrayContaining([
      'one "two"',
      'three',
      'one \\"two\\"\\nthree',
      Buffer.from('one "two"\nthree').toString('base64'),
    ]),
  )
  // What `jsonencode` makes of it.
  expect(marked('<one>&two', true)).toContain('\\u003cone\\u003e\\u0026two')
})

test('scrubs a value leaf by leaf, so that it stays JSON', () => {
  const scrub = scrubber(new Set(['5432', 'hunter-two']))
  const value = { port: 5432, size: 5, on: true, none: null, list: ['is hunter-two'], 'hunter-two': 'x', '"': '\\' }
  expect(scrubValue(value, scrub)).toEqual({
    port: '***',
    size: 5,
    on: true,
    none: null,
    list: ['is ***'],
    '***': 'x',
    '"': '\\',
  })
})

test('leaves values alone that occur in ordinary text', () => {
  expect(marked({ a: 'yes', b: true, c: 42, d: 'false', e: '' }, true)).toEqual([])
})

test('scrubs every secret, also when one contains another', () => {
  const secret = fc
    .string({ minLength: 4, maxLength: 12 })
    .filter((text) => text.trim() === text && !text.includes('*'))
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(5)), (secrets, order) => {
      const text = order.map((index) => secrets[index % secrets.length]).join(' | ')
      const scrubbed = scrubber(new Set(secrets))(text)
      for (const each of secrets) {
        if (!'*** | ***'.includes(each)) expect(scrubbed.split(' | ').some((part) => part === each)).toBe(false)
      }
    }),
  )
  expect(scrubber(new Set(['pass', 'password-long']))('it is password-long, not pass')).toBe('it is ***, not ***')
})

test('finds a secret with half of a letter, which no URL can hold', () => {
  expect(marked('correct-\ud835-horse', true)).toContain('correct-\ud835-horse')
})
