import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { OWN_OUTPUTS } from '../../../actions/terraform-apply/src/commands/outputs.ts'

const action = parse(readFileSync(new URL('../../../actions/terraform-apply/action.yml', import.meta.url), 'utf8')) as {
  inputs: Record<string, unknown>
  outputs: Record<string, unknown>
}

test('a Terraform output can take the name of none of the outputs that action.yml promises', () => {
  expect([...OWN_OUTPUTS].sort()).toEqual(Object.keys(action.outputs).sort())
})

test('every input that is read is declared, and the other way round', () => {
  const readers = ['actions/terraform-apply/src/inputs/inputs.ts', 'toolkit/account.ts', 'toolkit/region.ts']
  const source = readers.map((path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).join('\n')
  const read = source.matchAll(/(?:read\.\w+\(|existingFiles?\((?:read, )?|existing\(read, )'([a-z-]+)'/g)
  expect([...new Set([...read].map(([, name]) => name))].sort()).toEqual(Object.keys(action.inputs).sort())
})
