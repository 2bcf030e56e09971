import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { refuseUnwritable } from '../../../../actions/deploy-ecs/src/report/record-file.ts'

test('refuses a file that cannot be written, before the deploy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'record-'))
  expect(() => refuseUnwritable(undefined)).not.toThrow()
  expect(() => refuseUnwritable(join(folder, 'record.json'))).not.toThrow()
  for (const file of [join(folder, 'none/record.json'), folder]) {
    expect(() => refuseUnwritable(file)).toThrow(`Input \`record-file\` is \`${file}\`, which cannot be written.`)
  }
})
