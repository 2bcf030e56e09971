import { backendFile } from '../../../../actions/terraform-apply/src/operations/init.ts'

test('writes backend settings in the syntax of a backend configuration file', () => {
  const file = backendFile([
    { key: 'key', value: 'a "b" ${c} %{d}' },
    { key: 'use_lockfile', value: 'true' },
    { key: 'endpoints', value: '{ s3 = "http://x" }' },
  ])
  expect(file).toBe('key = "a \\"b\\" $${c} %%{d}"\nuse_lockfile = "true"\nendpoints = { s3 = "http://x" }\n')
})
