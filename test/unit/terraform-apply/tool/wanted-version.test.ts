import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

describe('takes the version', () => {
  /** The version for a root module two folders below the root of a repository with these files. */
  function versionOf(
    files: Readonly<Record<string, string>>,
    version?: string,
    tool: 'terraform' | 'opentofu' = 'terraform',
  ) {
    const root = mkdtempSync(join(folder, 'repository-'))
    const directory = join(root, 'infra/web')
    mkdirSync(directory, { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
    const found = wantedVersion({ tool, version, downloadUrl: undefined }, directory, root)
    return found && [found.text, found.from]
  }
  const required = { 'infra/web/main.tf': 'terraform { required_version = "1.1.1" }' }
  const own = { 'infra/.terraform-version': '1.2.2\n' }
  const shared = { '.tool-versions': 'nodejs 24\nterraform 1.3.3\nopentofu 1.4.4\n' }

  test('of the input before all others', () => {
    expect(versionOf({ ...required, ...own, ...shared }, '~> 1.9')).toEqual(['~> 1.9', 'the input `terraform-version`'])
  })

  test('of the nearest version file, before required_version', () => {
    expect(versionOf({ ...required, ...own, ...shared })).toEqual(['1.2.2', '`infra/.terraform-version`'])
    expect(versionOf({ ...required, ...shared })).toEqual(['1.3.3', '`.tool-versions`'])
  })

  test('of its own tool', () => {
    expect(versionOf({ ...own, ...shared }, undefined, 'opentofu')).toEqual(['1.4.4', '`.tool-versions`'])
  })

  test('of required_version in every file, as Terraform does', () => {
    const more = { 'infra/web/more.tf': 'terraform { required_version = ">= 1.0" }' }
    const [text = '', from] = versionOf({ ...required, ...more }) ?? []
    expect([text.split(', ').sort(), from]).toEqual([['1.1.1', '>= 1.0'], '`required_version`'])
    expect(versionOf({})).toBeUndefined()
  })

  test('of no file above the root of the repository', () => {
    writeFileSync(join(folder, '.terraform-version'), '1.5.5')
    const root = join(folder, 'infra')
    mkdirSync(root)
    expect(wantedVersion({ tool: 'terraform', version: undefined, downloadUrl: undefined }, root, root)).toBeUndefined()
  })

  test('and refuses one that is not a constraint, with its source', () => {
    expect(() => versionOf({ 'infra/.terraform-version': 'newest' })).toThrow(
      '`newest` in `infra/.terraform-version` is not a valid Terraform version constraint.',
    )
  })
})
