import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEventPayload, readWorkflowRun } from '../../../toolkit/github.ts'

test('links the attempt of the run', () => {
  const run = readWorkflowRun({
    GITHUB_REPOSITORY: 'org/web',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SHA: 'abc',
  })
  expect(run.url).toBe('https://github.com/org/web/actions/runs/7/attempts/2')
  expect(run.commitUrl).toBe('https://github.com/org/web/commit/abc')
})

test('has no links outside GitHub', () => {
  expect(readWorkflowRun({})).toMatchObject({ url: '', commitUrl: '', repositoryUrl: '' })
})

describe('the event payload', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'github-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is read from the file of the runner', () => {
    const path = join(folder, 'event.json')
    writeFileSync(path, '{"pull_request":{"number":7}}')
    expect(readEventPayload({ GITHUB_EVENT_PATH: path })).toEqual({ pull_request: { number: 7 } })
  })

  test('does not exist outside GitHub', () => {
    expect(readEventPayload({})).toBeUndefined()
    expect(readEventPayload({ GITHUB_EVENT_PATH: '' })).toBeUndefined()
  })

  test('is an error when its file is missing or broken', () => {
    const path = join(folder, 'broken.json')
    writeFileSync(path, '{')
    expect(() => readEventPayload({ GITHUB_EVENT_PATH: path })).toThrow(SyntaxError)
    expect(() => readEventPayload({ GITHUB_EVENT_PATH: join(folder, 'missing.json') })).toThrow('ENOENT')
  })
})
