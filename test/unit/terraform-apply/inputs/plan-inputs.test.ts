import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPlanInputs } from '../../../../actions/terraform-apply/src/inputs/plan-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const directory = mkdtempSync(join(tmpdir(), 'slipway-plan-inputs-'))
afterAll(() => rmSync(directory, { recursive: true }))
beforeAll(() => writeFileSync(join(directory, 'stage.tfvars'), ''))

function read(inputs: Readonly<Record<string, string>>) {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return readPlanInputs(new InputReader(Object.fromEntries(given)), directory)
}

test('plans all of the root module by default, and waits five minutes for the lock', () => {
  expect(read({})).toEqual({
    varFiles: [],
    variables: '',
    targets: [],
    replace: [],
    destroy: false,
    refresh: true,
    parallelism: undefined,
    lockTimeoutMs: 300_000,
  })
})

test('reads every option of a plan', () => {
  const variables = '# as in a tfvars file\nname = "a"\n'
  expect(
    read({
      'var-file': 'stage.tfvars',
      variables,
      target: 'aws_vpc.a\nmodule.b["x, y"]',
      replace: 'aws_instance.c',
      destroy: 'true',
      refresh: 'false',
      parallelism: '1000',
      'lock-timeout': '30s',
    }),
  ).toEqual({
    varFiles: [join(directory, 'stage.tfvars')],
    variables,
    targets: ['aws_vpc.a', 'module.b["x, y"]'],
    replace: ['aws_instance.c'],
    destroy: true,
    refresh: false,
    parallelism: 1000,
    lockTimeoutMs: 30_000,
  })
})

test.each([
  ['parallelism', '0'],
  ['parallelism', '1001'],
  ['var-file', 'gone.tfvars'],
  ['lock-timeout', 'soon'],
  ['destroy', 'yes'],
])('refuses `%s: %s`', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(`Input \`${name}\``)
})
