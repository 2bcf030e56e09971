import { readWorkflowRun } from '../../../toolkit/github.ts'

test('the run is linked, attempt and all', () => {
  const run = readWorkflowRun({
    GITHUB_REPOSITORY: 'org/web',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_SHA: 'abc',
  })
  expect(run.url).toBe('https://github.com/org/web/actions/runs/7/attempts/2')
  expect(run.commitUrl).toBe('https://github.com/org/web/commit/abc')
})

test('outside GitHub there is nothing to link', () => {
  expect(readWorkflowRun({})).toMatchObject({ url: '', commitUrl: '', repositoryUrl: '' })
})
