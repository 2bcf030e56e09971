import {
  approvalOf,
  notApproved,
  openApproval,
  sealApproval,
} from '../../../../actions/terraform-apply/src/approval/approval.ts'
import type { Plan, ResourceChangeJson } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { change, plan } from '../plans.ts'

const KEY = 'a key for this test only'
const fingerprint = (made: Plan, key = KEY, stack = 'stage') => approvalOf(made, stack, key).fingerprint
/** What `now` does beyond what was approved with `then`. */
const beyond = (then: readonly ResourceChangeJson[], now: readonly ResourceChangeJson[], more: Partial<Plan> = {}) =>
  notApproved(plan(now, more), approvalOf(plan(then), 'stage', KEY), KEY)

const created = change('a.x', { actions: ['create'], before: null, after: { size: 1 }, after_unknown: { id: true } })

describe('a fingerprint', () => {
  const one = plan([created, change('b.y', { before: { n: 1 }, after: { n: 2 } })])

  test('does not depend on the order or time of a plan', () => {
    const again = { ...plan([...(one.resource_changes ?? [])].reverse()), timestamp: 'another' } as Plan
    expect(fingerprint(again)).toBe(fingerprint(one))
  })

  test('differs by key, stack, action, reason, value, unknown, replacement, address and output', () => {
    const others = [
      fingerprint(one),
      fingerprint(one, 'another key altogether'),
      fingerprint(one, KEY, 'prod'),
      ...[
        change('a.x', { ...created.change, actions: ['delete'] }),
        change('a.x', created.change, { action_reason: 'replace_by_request' }),
        change('a.x', { ...created.change, after: { size: 2 } }),
        change('a.x', { ...created.change, after: { size: '1' } }),
        change('a.x', { ...created.change, after_unknown: { id: true, arn: true } }),
        change('a.x', { ...created.change, actions: ['delete', 'create'], replace_paths: [['size']] }),
        change('a.x', { ...created.change, actions: ['delete', 'create'], replace_paths: [['name']] }),
        change('a.z', created.change),
        change('a.x', created.change, { previous_address: 'a.w' }),
      ].map((other) => fingerprint(plan([other]))),
      fingerprint(plan([created], { output_changes: { o: { actions: ['create'], after: 1 } } })),
      fingerprint(plan([created], { output_changes: { o: { actions: ['create'], after: 2 } } })),
    ]
    expect(new Set(others).size).toBe(others.length)
  })

  test('covers a secret that changes, and not what an update leaves as it is', () => {
    const update = (before: object, after: object) =>
      fingerprint(plan([change('a.x', { before, after, after_sensitive: { p: true }, before_sensitive: { p: true } })]))
    const first = update({ p: 'old', computed: 1 }, { p: 'new', computed: 1 })
    expect(update({ p: 'old', computed: 1 }, { p: 'newer', computed: 1 })).not.toBe(first)
    expect(update({ p: 'older', computed: 1 }, { p: 'new', computed: 1 })).not.toBe(first)
    expect(update({ p: 'old', computed: 2 }, { p: 'new', computed: 2 })).toBe(first)
  })
})

describe('an approval', () => {
  test('covers the approved changes or fewer, and no others', () => {
    const two = change('b.y', { before: { n: 1 }, after: { n: 2 } })
    expect(beyond([created, two], [created, two])).toEqual([])
    expect(beyond([created, two], [two])).toEqual([])
    expect(beyond([created], [created, two])).toEqual(['b.y (update)'])
    expect(beyond([two], [change('b.y', { before: { n: 1 }, after: { n: 3 } })])).toEqual(['b.y (update)'])
    expect(beyond([two], [change('b.y', { before: { n: 0 }, after: { n: 2 } })])).toEqual(['b.y (update)'])
  })

  test('covers values that have become known, and not values that have become unknown', () => {
    const known = change('a.x', { actions: ['create'], after: { size: 1, id: 'i-1' } })
    expect(beyond([created], [known])).toEqual([])
    expect(beyond([known], [created])).toEqual(['a.x (create)'])
    const deeper = change('a.x', {
      actions: ['create'],
      after: { size: 1, id: { a: 1 } },
      after_unknown: { id: { b: true } },
    })
    expect(beyond([created], [deeper])).toEqual([])
    const update = (after: object, unknown = {}) =>
      change('b.y', { before: { n: 1, ref: 'old' }, after: { n: 2, ...after }, after_unknown: unknown })
    expect(beyond([update({}, { ref: true })], [update({ ref: 'new' })])).toEqual([])
    expect(beyond([update({}, { ref: true })], [update({ ref: 'old' })])).toEqual([])
  })

  describe('of a value that is known only after the apply', () => {
    const inModule = change('module.m["a.module.z"].a.x', created.change, {
      type: 'a',
      name: 'x',
      module_address: 'module.m["a.module.z"]',
    })
    const known = change('a.x', { actions: ['create'], after: { size: 1, id: 'i-1' } })
    /** A plan of `a.x`, and of one in a module, where these are what they refer to. */
    const made = (
      changes: readonly ResourceChangeJson[],
      { root = 'a.y', call = 'a.y', output = 'a.y' } = {},
    ): Plan => {
      const ax = { mode: 'managed', type: 'a', name: 'x' } as const
      return plan(changes, {
        output_changes: { o: { actions: ['create'], after_unknown: true } },
        configuration: {
          root_module: {
            resources: [{ ...ax, expressions: { id: { references: [root] } } }],
            outputs: { o: { expression: { references: [output] } } },
            module_calls: {
              m: { expressions: { id: { references: [call] } }, module: { resources: [{ ...ax, expressions: {} }] } },
            },
          },
        },
      })
    }
    const more = (now: Plan) => notApproved(now, approvalOf(made([created, inModule]), 'stage', KEY), KEY)

    test('covers its references: in the resource, in the arguments of its module, in the output', () => {
      expect(more(made([created, inModule]))).toEqual([])
      expect(more(made([created, inModule], { root: 'a.admin' }))).toEqual(['a.x (create)'])
      expect(more(made([created, inModule], { call: 'a.admin' }))).toEqual(['module.m["a.module.z"].a.x (create)'])
      expect(more(made([created, inModule], { output: 'a.admin' }))).toEqual(['output.o (output)'])
    })

    test('covers its references once the value is known, too', () => {
      expect(more(made([known]))).toEqual([])
      expect(more(made([known], { root: 'a.admin' }))).toEqual(['a.x (create)'])
    })

    test('covers the data source that it is read from, also when that read is deferred', () => {
      const read = (actions: string, reason: string) =>
        change(
          'data.policy.p',
          { actions: ['read'], after: { actions }, after_unknown: { json: true } },
          { mode: 'data', type: 'policy', name: 'p', action_reason: reason },
        )
      const first = read('get', 'read_because_config_unknown')
      expect(beyond([first], [read('get', 'read_because_dependency_pending')])).toEqual([])
      expect(beyond([first], [read('*', 'read_because_config_unknown')])).toEqual(['data.policy.p (read)'])
      expect(beyond([created], [created, first])).toEqual(['data.policy.p (read)'])
    })
  })

  test('covers the rest of a replacement: the create, or the destroy of the old object', () => {
    const after = { size: 1 }
    const replaced = (actions: readonly ('create' | 'delete')[]) =>
      change('a.x', { actions, before: { size: 0 }, after, replace_paths: [['size']] })
    expect(beyond([replaced(['delete', 'create'])], [change('a.x', { actions: ['create'], after })])).toEqual([])
    expect(
      beyond([replaced(['delete', 'create'])], [change('a.x', { actions: ['create'], after: { size: 2 } })]),
    ).toHaveLength(1)
    expect(
      beyond([replaced(['create', 'delete'])], [change('a.x', { actions: ['delete'] }, { deposed: 'ab12' })]),
    ).toEqual([])
    expect(beyond([replaced(['create', 'delete'])], [change('a.x', { actions: ['delete'] })])).toEqual(['a.x (delete)'])
  })

  test('covers the replacement of a resource whose create failed half-way, and no other replacement of a new one', () => {
    const again = change('a.x', {
      actions: ['delete', 'create'],
      before: { size: 1 },
      after: { size: 1 },
      after_unknown: { id: true },
    })
    expect(beyond([created], [{ ...again, action_reason: 'replace_because_tainted' }])).toEqual([])
    expect(beyond([created], [{ ...again, action_reason: 'replace_by_request' }])).toEqual(['a.x (delete,create)'])
  })

  test('covers an output whose value has become known', () => {
    const then = plan([], { output_changes: { o: { actions: ['create'], after_unknown: true } } })
    const now = plan([], { output_changes: { o: { actions: ['create'], after: 'x', after_unknown: false } } })
    expect(notApproved(now, approvalOf(then, 's', KEY), KEY)).toEqual([])
    expect(notApproved(then, approvalOf(now, 's', KEY), KEY)).toEqual(['output.o (output)'])
  })

  test('opens only with its own key and unchanged, and shows no values', () => {
    const secret = change('a.x', { actions: ['create'], after: { p: 'hunter-two' }, after_sensitive: { p: true } })
    const approval = approvalOf(plan([secret]), 'stage', KEY)
    const sealed = sealApproval(approval, KEY)
    expect(openApproval(sealed, KEY, 'here')).toEqual(approval)
    expect(JSON.stringify(approval)).not.toContain('hunter-two')
    expect(() => openApproval(sealed, 'another key altogether', 'here')).toThrow('was not made with this')
    expect(() => openApproval(`v1.x${sealed.slice(4)}`, KEY, 'here')).toThrow('in here')
    expect(() => openApproval('nonsense', KEY, 'here')).toThrow('in here')
  })
})
