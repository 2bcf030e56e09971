import { expressionsOf } from '../../../../actions/terraform-apply/src/plan-json/expressions.ts'
import { plan } from '../plans.ts'

const configuration = {
  root_module: {
    resources: [{ mode: 'managed', type: 'a', name: 'x', expressions: { size: { references: ['var.size'] } } }],
    module_calls: {
      web: {
        expressions: { size: { constant_value: 1 } },
        module: {
          module_calls: {
            db: {
              expressions: 'arguments of db',
              module: { resources: [{ mode: 'managed', type: 'a', name: 'y', expressions: 'y' }] },
            },
          },
        },
      },
    },
  },
} as const

const at = (name: string, module_address?: string) =>
  expressionsOf(plan([], { configuration }), {
    mode: 'managed',
    type: 'a',
    name,
    ...(module_address === undefined ? {} : { module_address }),
  })

test('gives the expressions of a resource in the root module', () => {
  expect(at('x')).toEqual([{ size: { references: ['var.size'] } }])
})

test('gives the arguments of each module around a resource, whatever their keys', () => {
  const expected = [{ size: { constant_value: 1 } }, 'arguments of db', 'y']
  expect(at('y', 'module.web.module.db')).toEqual(expected)
  expect(at('y', 'module.web["a.module.b"].module.db[0]')).toEqual(expected)
})

test('gives nothing for what the configuration does not have', () => {
  expect(at('gone', 'module.gone')).toEqual([undefined, undefined])
})
