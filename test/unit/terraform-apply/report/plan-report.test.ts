import { changesOf, driftOf, outputChangesOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import type { Plan } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { scrubber } from '../../../../actions/terraform-apply/src/plan-json/sensitive-values.ts'
import { planReport } from '../../../../actions/terraform-apply/src/report/plan-report.ts'
import { change, plan } from '../plans.ts'

const report = (made: Plan, limit = 100_000, notes: readonly string[] = [], secrets: readonly string[] = []) =>
  planReport(
    {
      title: 'stage · infra',
      changes: changesOf(made),
      outputs: outputChangesOf(made),
      drift: driftOf(made),
      notes,
      scrub: scrubber(new Set(secrets)),
    },
    limit,
  )

test('shows destroyed and replaced resources first, with the reason', () => {
  const made = plan(
    [
      change('aws_sg.new', {
        actions: ['create'],
        after: { name: 'web', password: 'xyz' },
        after_sensitive: { password: true },
      }),
      change('aws_db.main', {
        actions: ['delete', 'create'],
        before: { engine: { version: '13' } },
        after: { engine: { version: '14' } },
        after_unknown: { id: true },
        replace_paths: [['engine', 'version']],
      }),
      change(
        'aws_lb.old',
        { actions: ['delete'], before: { name: 'old' } },
        { action_reason: 'delete_because_no_module' },
      ),
    ],
    {
      output_changes: { url: { actions: ['update'] } },
      resource_drift: [change('aws_x.y', { before: { n: 1 }, after: { n: 2 } })],
    },
  )
  expect(report(made, 100_000, ['A note.'])).toMatchInlineSnapshot(`
"### stage · infra

**1 to destroy**, **1 to replace**, 1 to create, 1 output to change.

A note.

**To be destroyed or replaced**

|  | Resource | Because |
| --- | --- | --- |
| 🔴 destroy | \`aws_lb.old\` | its module is no longer in the configuration |
| 🟠 replace | \`aws_db.main\` | \`engine.version\` cannot be changed in place |

|  | Resource | Why |
| --- | --- | --- |
| 🟢 create | \`aws_sg.new\` |  |

<details><summary>Outputs</summary>

| Output |  |
| --- | --- |
| \`url\` | update |

</details>

<details><summary>Changed outside Terraform (1)</summary>

\`aws_x.y\` was changed

\`\`\`diff
- n = 1
+ n = 2
\`\`\`

</details>

<details><summary>🔴 destroy <code>aws_lb.old</code></summary>

\`\`\`diff
- name = "old"
\`\`\`

</details>

<details><summary>🟠 replace <code>aws_db.main</code></summary>

\`\`\`diff
- engine.version = "13"
+ engine.version = "14"   # forces replacement
+ id = (known after apply)
\`\`\`

</details>

<details><summary>🟢 create <code>aws_sg.new</code></summary>

\`\`\`diff
+ name = "web"
+ password = (sensitive)
\`\`\`

</details>"
`)
})

test('says that a plan has no changes', () => {
  expect(report(plan([]))).toContain('No changes')
})

test.each([200, 1000, 5000, 50_000])('shows as much of a large plan as fits into %d bytes', (limit) => {
  const text = 'ü'.repeat(500)
  const many = plan(
    Array.from({ length: 500 }, (_, index) =>
      change(`aws_x.n${index}`, {
        actions: index % 2 ? ['create'] : ['delete'],
        before: { text },
        after: { text: index },
      }),
    ),
    {
      resource_drift: Array.from({ length: 100 }, (_, index) => change(`d.n${index}`, { before: { text }, after: {} })),
    },
  )
  const told = report(many, limit)
  expect(Buffer.byteLength(told)).toBeLessThanOrEqual(limit)
  expect(told).toContain('**250 to destroy**, 250 to create')
})

test('escapes the text of a plan', () => {
  const nasty = change('aws_x["</details>|`@mona"]', { actions: ['create'], after: { a: '```\n# title\n<script>' } })
  const told = report(plan([nasty]))
  expect(told).not.toMatch(/^# title/m)
  expect(told).toContain('````')
  expect(told).toContain('@\u200bmona')
  expect(told).toContain('&lt;/details>')
})

test('scrubs secrets before it cuts or escapes text', () => {
  const [long, markup] = [`xq-${'long'.repeat(150)}`, 'xq-<b>|secret']
  const address = `aws_x.y["${markup}"]`
  const made = plan(
    [
      change(address, { before: { output: long, n: 1 }, after: {} }, { previous_address: `aws_x.z["${markup}"]` }),
      change(address, { actions: ['delete', 'create'], after: {}, replace_paths: [['tags', markup]] }),
    ],
    { resource_drift: [change(address, { before: { output: `it is ${long}` }, after: {} })] },
  )
  const told = report(made, 100_000, [], [long, markup])
  expect(told).toContain('- output = "***"\n')
  expect(told).toContain('- output = "it is ***"\n')
  expect(told).toContain('`aws_x.y["***"]` (was `aws_x.z["***"]`)')
  expect(told).not.toContain('xq-')
})
