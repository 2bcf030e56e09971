import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findTool } from '../../../../actions/terraform-apply/src/tool/find-tool.ts'
import { query } from '../../../../toolkit/process/query.ts'
import { fakeWorld } from '../fake-world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(name: string, version = '1.11.4') {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\necho '{"terraform_version":"${version}"}'\n`, { mode: 0o755 })
  return path
}

function find(tool: 'terraform' | 'opentofu', version: string | undefined, env: Record<string, string>) {
  const { world } = fakeWorld(env)
  const inputs = {
    tool: { tool, version, downloadUrl: 'http://127.0.0.1:1' },
    rootModule: { directory: folder, repository: folder },
  } as unknown as Parameters<typeof findTool>[1]
  return findTool({ ...world, query }, inputs)
}

test.each(['terraform', 'opentofu'] as const)('takes the %s on the PATH if no version is set', async (tool) => {
  const path = program(tool === 'opentofu' ? 'bin/tofu' : 'bin/terraform')
  expect(await find(tool, undefined, { PATH: `${join(folder, 'empty')}:${join(folder, 'bin')}` })).toBe(path)
})

test('takes the program on the PATH if its version satisfies', async () => {
  const path = program('bin/terraform')
  expect(await find('terraform', '~> 1.11', { PATH: join(folder, 'bin') })).toBe(path)
})

test('takes the program behind the wrapper of hashicorp/setup-terraform', async () => {
  program('bin/terraform')
  const path = program('cli/terraform-bin')
  expect(
    await find('terraform', undefined, { PATH: join(folder, 'bin'), TERRAFORM_CLI_PATH: join(folder, 'cli') }),
  ).toBe(path)
})

test('refuses to guess a version when there is no program', async () => {
  await expect(find('terraform', undefined, { PATH: join(folder, 'bin') })).rejects.toThrow(
    '`terraform` is not on the PATH, and no version to download is set.',
  )
})

test('reports a program that does not run', async () => {
  writeFileSync(program('bin/terraform'), '#!/bin/sh\necho broken >&2\nexit 1\n')
  await expect(find('terraform', '1.11.4', { PATH: join(folder, 'bin') })).rejects.toThrow('version` failed: broken')
})
