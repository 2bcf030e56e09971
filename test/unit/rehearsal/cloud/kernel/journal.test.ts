import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../../../../../rehearsal/cloud/kernel/journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-journal-'))
  path = join(folder, 'journal.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('replaces the file, and has each entry in it at once', () => {
  writeFileSync(path, 'of another run\n')
  const journal = new Journal(new ManualClock(0), path)
  journal.write({ type: 'task', lastStatus: 'RUNNING' })
  const line = readFileSync(path, 'utf8')
  expect(JSON.parse(line)).toMatchObject({
    seq: 1,
    at: '1970-01-01T00:00:00.000Z',
    type: 'task',
    lastStatus: 'RUNNING',
  })
  journal.close()
})

test('goes on when its folder has been removed', () => {
  const journal = new Journal(new ManualClock(), path)
  rmSync(folder, { recursive: true })
  journal.write({ type: 'task' })
  expect(journal.entries('task')).toHaveLength(1)
  expect(existsSync(path)).toBe(false)
  journal.close()
})

// A device that takes nothing, as a full disk.
const full = existsSync('/dev/full') ? test : test.skip
full('stays in memory once the disk is full, and says so once', () => {
  const { error } = console
  const said: unknown[] = []
  console.error = (text: unknown) => said.push(text)
  const journal = new Journal(new ManualClock(), '/dev/full')
  journal.write({ type: 'task' })
  journal.write({ type: 'task' })
  console.error = error
  expect(journal.entries('task')).toHaveLength(2)
  expect(said).toEqual([expect.stringMatching(/journal \/dev\/full ends here: ENOSPC/)])
})

test('entries after its end stay in memory', () => {
  const journal = new Journal(new ManualClock(), path)
  journal.close()
  journal.close()
  journal.write({ type: 'task' })
  expect(journal.entries()).toHaveLength(1)
  expect(readFileSync(path, 'utf8')).toBe('')
})
