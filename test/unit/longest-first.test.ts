import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

test('every test file that starts first on a fresh machine exists', () => {
  const source = readFileSync(join(root, 'script/lib/longest-first.js'), 'utf8')
  const names = [...source.matchAll(/^ {2}'(.+)',$/gm)].map(([, name = '']) => name)
  expect(names).toContain('e2e/rehearse')
  const files = globSync('test/**/*.test.ts', { cwd: root })
  expect(names.filter((name) => !files.some((file) => file.endsWith(`${name}.test.ts`)))).toEqual([])
})
