import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployedChangeOf, readDeployedChange } from '../../../../actions/datadog-event/src/deploy/deployed-change.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const run = readWorkflowRun(RUN_ENV)

test.each([
  [{ head_commit: { message: 'Merge pull request #9 from org/x\n\nT' } }, 9],
  [{ head_commit: { message: 'Fix it (#34)' } }, 34],
  [{ head_commit: { message: 'Fix it (#34)\r\n\nBody (#5)' } }, 34],
  [{ pull_request: { number: 5, html_url: 'https://github.com/org/web/pull/5', title: 'T' } }, 5],
])('finds the pull request in %j', (payload, number) => {
  expect(deployedChangeOf(payload, run).pullRequest).toEqual({
    number,
    url: `https://github.com/org/web/pull/${number}`,
  })
})

test.each([
  [{}],
  [{ head_commit: null }],
  [{ head_commit: { message: 'mentions (#3) inside' } }],
  [{ pull_request: {} }],
])('finds no pull request in %j', (payload) => expect(deployedChangeOf(payload, run).pullRequest).toBeUndefined())

test('a run of a schedule was started by nobody', () => {
  const scheduled = readWorkflowRun({ ...RUN_ENV, GITHUB_EVENT_NAME: 'schedule' })
  expect(readDeployedChange({}, scheduled)).toEqual({ scheduled: true })
})

test('the title of a pull request is the message, where there is one', () => {
  const request = { number: 5, html_url: 'https://github.com/org/web/pull/5' }
  const commit = { message: 'Merge commit' }
  expect(deployedChangeOf({ pull_request: { ...request, title: 'T' }, head_commit: commit }, run).message).toBe('T')
  expect(deployedChangeOf({ pull_request: request }, run)).not.toHaveProperty('message')
  expect(deployedChangeOf({ head_commit: commit }, run).message).toBe('Merge commit')
})

test('links no pull request outside GitHub', () => {
  expect(deployedChangeOf({ head_commit: { message: 'Fix it (#34)' } }, readWorkflowRun({}))).toEqual({
    message: 'Fix it (#34)',
  })
})

describe('the file of the event', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-change-'))
  const file = join(folder, 'event.json')
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (text: string) => {
    writeFileSync(file, text)
    return readDeployedChange({ GITHUB_EVENT_PATH: file }, run)
  }

  test('is read', () => {
    expect(read('{"head_commit":{"message":"Fix it"}}')).toEqual({ message: 'Fix it' })
  })

  test('may be missing, cut off, or something else than an object', () => {
    expect(readDeployedChange({}, run)).toEqual({})
    expect(readDeployedChange({ GITHUB_EVENT_PATH: '' }, run)).toEqual({})
    expect(readDeployedChange({ GITHUB_EVENT_PATH: join(folder, 'missing.json') }, run)).toEqual({})
    expect(read('{"head_commit":{"mess')).toEqual({})
    expect(read('null')).toEqual({})
  })
})
