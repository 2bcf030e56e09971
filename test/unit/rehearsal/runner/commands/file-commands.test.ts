import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCommandFiles, readCommandFiles } from '../../../../../rehearsal/runner/commands/file-commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-file-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(files: Readonly<Record<string, string>>) {
  const paths = createCommandFiles(folder)
  for (const [name, text] of Object.entries(files)) appendFileSync(paths[name] ?? '', text)
  return readCommandFiles(folder)
}

it('reads values, and blocks of several lines', () => {
  const { outputs, problems } = written({ GITHUB_OUTPUT: 'a=1\nb=x=y\r\nc<<EOF\none\n\ntwo=2\nEOF\n\nd=\n' })
  expect(outputs).toEqual({ a: '1', b: 'x=y', c: 'one\n\ntwo=2', d: '' })
  expect(problems).toEqual([])
})

it.each([
  ['no pair', "Invalid format 'no pair'"],
  ['a<<EOF\n1', "Matching delimiter not found 'EOF'"],
  ['=1', "Invalid format '=1'"],
])('refuses %j', (text, message) => {
  const { outputs, problems } = written({ GITHUB_OUTPUT: text })
  expect(outputs).toEqual({})
  expect(problems).toEqual([expect.stringContaining(message)])
})

it("keeps the runner's own variables", () => {
  const { env, problems } = written({ GITHUB_ENV: 'GITHUB_SHA=x\nRUNNER_OS=x\nNODE_OPTIONS=x\nOWN=1\n' })
  expect(env).toEqual({ OWN: '1' })
  expect(problems).toHaveLength(3)
})

it('reads paths, state and summary, and drops a summary above 1 MiB', () => {
  expect(written({ GITHUB_PATH: '/a\n/b\n', GITHUB_STATE: 's=1', GITHUB_STEP_SUMMARY: '# Hi\n' })).toMatchObject({
    path: ['/a', '/b'],
    state: { s: '1' },
    summary: '# Hi\n',
  })
  const large = written({ GITHUB_STEP_SUMMARY: 'x'.repeat(1024 * 1024 + 1) })
  expect(large.summary).toBe('')
  expect(large.problems).toEqual([expect.stringContaining('got 1025k')])
})
