import { changesOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import type { ValueChange } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { collect, scrubber } from '../../../../actions/terraform-apply/src/plan-json/sensitive-values.ts'
import { attributeLines } from '../../../../actions/terraform-apply/src/report/attribute-block.ts'
import { change, plan } from '../plans.ts'

/** The lines of an update, without what is secret. */
function linesOf(value: Partial<ValueChange>, secrets: readonly unknown[] = []) {
  const found = new Set<string>()
  collect(secrets, true, found)
  return changesOf(plan([change('a.b', value)])).flatMap((made) => attributeLines(made, 20, scrubber(found)))
}

test('cuts a long value', () => {
  expect(linesOf({ before: {}, after: { text: 'x'.repeat(400) } })).toEqual([
    `+ text = "${'x'.repeat(299)} … (402 characters)`,
  ])
})

describe('a secret where Terraform marks none', () => {
  const jwt = `eyJ${'abc.'.repeat(100)}`

  test.each([
    ['whole', jwt],
    ['inside a text', `Bearer ${jwt}`],
    ['encoded', Buffer.from(jwt).toString('base64')],
    ['after much else', `${'x'.repeat(250)}${jwt}`],
  ])('is scrubbed before the value is cut: %s', (_, output) => {
    const [line = ''] = linesOf({ before: { output }, after: {}, after_unknown: { output: true } }, [jwt])
    expect(line).toContain('***')
    expect(line).not.toMatch(/eyJ|characters/)
  })

  test('is scrubbed from an unmarked list and an unmarked key', () => {
    expect(linesOf({ before: { x: 1 }, after: { x: [{ [jwt]: [jwt, 5432] }] } }, [jwt, 5432])).toEqual([
      '- x = 1',
      '+ x = [{"***":["***","***"]}]',
    ])
  })

  test('is not parsed as a JSON document', () => {
    const secret = (password: string) => JSON.stringify({ user: 'admin', password })
    const [before, after] = [secret('hunter-one'), secret('hunter-two')]
    expect(linesOf({ before: { output: before }, after: { output: after } }, [before, after])).toEqual([
      '- output = "***"',
      '+ output = "***"',
    ])
    const around = (text: string) => JSON.stringify({ plain: 'visible', inner: text })
    expect(linesOf({ before: { x: around(before) }, after: { x: around(after) } }, [before, after])).toEqual([
      '- x.inner = "***"',
      '+ x.inner = "***"',
    ])
  })
})
