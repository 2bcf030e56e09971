import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tail } from '../../../../actions/terraform-apply/src/terraform/tail.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tail-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('passes each line on once it is complete, and the rest at the end', () => {
  const file = join(folder, 'log')
  writeFileSync(file, 'one\ntw')
  const lines: string[] = []
  const tail = new Tail(file, (line) => lines.push(line))
  tail.read()
  expect(lines).toEqual(['one'])
  appendFileSync(file, 'o\nthree')
  tail.read()
  expect(lines).toEqual(['one', 'two'])
  tail.end()
  tail.close()
  expect(lines).toEqual(['one', 'two', 'three'])
})

test('keeps a character whole that is written in two parts', () => {
  const file = join(folder, 'log')
  const bytes = Buffer.from('é\n')
  writeFileSync(file, bytes.subarray(0, 1))
  const lines: string[] = []
  const tail = new Tail(file, (line) => lines.push(line))
  tail.read()
  appendFileSync(file, bytes.subarray(1))
  tail.read()
  tail.close()
  expect(lines).toEqual(['é'])
})
