import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wantedVersion } from '../../../../actions/terraform-apply/src/tool/wanted-version.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-wanted-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const wanted = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return wantedVersion({ tool: 'terraform', version: undefined, downloadUrl: undefined }, folder, folder)?.text
}

test.each([
  ['a block of several lines', 'main.tf', 'terraform {\n  required_version = "~> 1.13"\n}', '~> 1.13'],
  ['a block on one line', 'main.tf', 'terraform { required_version = "~> 1.13" }', '~> 1.13'],
  ['JSON', 'main.tf.json', '{"terraform": {"required_version": ">= 1.12"}}', '>= 1.12'],
  ['JSON with several blocks', 'main.tf.json', '{"terraform": [{}, {"required_version": ">= 1.12"}]}', '>= 1.12'],
  ['a # comment', 'main.tf', '# required_version = "1.2"', undefined],
  ['a // comment', 'main.tf', 'terraform {} // required_version = "1.2"', undefined],
  ['a comment of several lines', 'main.tf', '/*\n required_version = "1.2"\n*/', undefined],
  ['JSON that cannot be read', 'main.tf.json', '{', undefined],
])('reads required_version from %s', (_, name, text, expected) => {
  expect(wanted(name, text)).toBe(expected)
})
