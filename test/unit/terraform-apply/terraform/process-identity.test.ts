import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  announcedProcess,
  announcing,
  identify,
} from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-process-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('announces the process that becomes the program, and passes its arguments on unchanged', () => {
  const args = ['a b', '$HOME', '"', "'", '']
  writeFileSync(join(folder, 'say.sh'), 'echo $$ >pid; printf "%s\\n" "$@" >arguments')
  const [shell, line] = announcing(join(folder, 'link'), 'sh', ['say.sh', ...args])
  expect(spawnSync(shell, line, { cwd: folder, env: {} }).status).toBe(0)
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  expect(announcedProcess(join(folder, 'link'))?.pid).toBe(pid)
  expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe(`${args.join('\n')}\n`)
  expect(identify(pid)).toBeUndefined()
})

test('finds no process when the folder of the link is gone', () => {
  expect(announcedProcess(join(folder, 'gone', 'link'))).toBeUndefined()
})
