import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJournal } from '../../../../../rehearsal/rehearse/checks/journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-journal-'))
afterAll(() => rmSync(folder, { recursive: true }))
const read = (text: string) => {
  const path = join(folder, 'journal.jsonl')
  writeFileSync(path, text)
  return readJournal(path).map(({ seq }) => seq)
}

test('reads one entry from each line', () => {
  expect(read('{"seq":1,"type":"api"}\n{"seq":2,"type":"task"}\n')).toEqual([1, 2])
})

test('skips a last line that is still being written', () => {
  expect(read('{"seq":1,"type":"api"}\n{"seq":2,"ty')).toEqual([1])
  expect(read('{"seq":1,"type":"api"}\n{"seq":2,"type":"task"}')).toEqual([1])
  expect(read('')).toEqual([])
})
