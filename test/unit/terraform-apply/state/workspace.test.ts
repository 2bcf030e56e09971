import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataDirectory, workspaceOf } from '../../../../actions/terraform-apply/src/state/workspace.ts'

const directory = mkdtempSync(join(tmpdir(), 'slipway-workspace-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Selects a workspace in a data directory, as `terraform workspace select` does. */
function select(folder: string, content: string) {
  mkdirSync(join(directory, folder))
  writeFileSync(join(directory, folder, 'environment'), content)
}
beforeAll(() => {
  select('.terraform', 'selected\n')
  select('.data', 'of-data-directory')
  select('.empty', '')
})

test.each([
  ['the input', 'given', { TF_WORKSPACE: 'of-environment' }, 'given'],
  ['`default` in the input', 'default', { TF_WORKSPACE: 'of-environment' }, 'default'],
  ['TF_WORKSPACE', undefined, { TF_WORKSPACE: 'of-environment' }, 'of-environment'],
  ['the data directory', undefined, { TF_WORKSPACE: '' }, 'selected'],
  ['TF_DATA_DIR', undefined, { TF_DATA_DIR: '.data' }, 'of-data-directory'],
  ['an empty file', undefined, { TF_DATA_DIR: '.empty' }, 'default'],
  ['nothing', undefined, { TF_DATA_DIR: '.none' }, 'default'],
])('selects the workspace of %s', (_, workspace, env, expected) => {
  expect(workspaceOf({ directory, workspace }, env)).toBe(expected)
})

test("finds Terraform's data directory", () => {
  expect(dataDirectory({ TF_DATA_DIR: '/data' })).toBe('/data')
  expect(dataDirectory({ TF_DATA_DIR: '' })).toBe('.terraform')
  expect(dataDirectory({})).toBe('.terraform')
})
