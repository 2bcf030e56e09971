import { readFileSync } from 'node:fs'
import { VERSION } from '../../../toolkit/version.ts'

test('has the version of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  expect(VERSION).toBe(manifest.version)
})
