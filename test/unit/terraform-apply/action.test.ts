import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { OWN_OUTPUTS } from '../../../actions/terraform-apply/src/commands/outputs.ts'

const action = parse(readFileSync(new URL('../../../actions/terraform-apply/action.yml', import.meta.url), 'utf8')) as {
  inputs: Record<string, unknown>
  outputs: Record<string, unknown>
}

test('reserves the name of every output in action.yml', () => {
  expect([...OWN_OUTPUTS].sort()).toEqual(Object.keys(action.outputs).sort())
})

test('reads exactly the inputs that action.yml declares', () => {
  const root = new URL('../../../', import.meta.url)
  const folder = 'actions/terraform-apply/src/inputs/'
  const readers = readdirSync(new URL(folder, root)).map((name) => folder + name)
  const source = [...readers, 'toolkit/aws/account.ts', 'toolkit/aws/region.ts']
    .map((path) => readFileSync(new URL(path, root), 'utf8'))
    .join('\n')
  const read = source.matchAll(/(?:\bread(?:er)?\.\w+\(|existingFiles?\(reader, )'([a-z-]+)'/g)
  expect([...new Set([...read].map(([, name]) => name))].sort()).toEqual(Object.keys(action.inputs).sort())
})
