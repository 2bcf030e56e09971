import { SESSION_TAG_KEYS, sessionTags } from '../../../../actions/assume-role/src/inputs/session-tags.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const tagsOf = (env: Readonly<Record<string, string>>) =>
  Object.fromEntries(sessionTags(readWorkflowRun(env)).map(({ Key, Value }) => [Key, Value]))

test('tags a session with facts of the run, each key once', () => {
  const env = { ...RUN_ENV, GITHUB_WORKFLOW: 'Deploy' }
  expect(tagsOf(env)).toEqual({
    GitHub: 'Actions',
    Repository: 'org/web',
    Workflow: 'Deploy',
    Actor: 'ada',
    Commit: RUN_ENV['GITHUB_SHA'],
    Branch: 'main',
    RunId: '7',
  })
  expect(sessionTags(readWorkflowRun(env)).map(({ Key }) => Key)).toEqual([...SESSION_TAG_KEYS])
})

test.each([
  ['dependabot[bot]', 'dependabot_bot_'],
  ['Déploy & tell', 'Déploy _ tell'],
  ['a_b.c:d/e=f+g-h@i', 'a_b.c:d/e=f+g-h@i'],
  ['🚢🚢', '__'],
])('replaces characters of %j that STS refuses', (given, value) => {
  expect(tagsOf({ GITHUB_ACTOR: given })).toMatchObject({ Actor: value })
})

test('cuts a value to the 256 characters that STS accepts', () => {
  expect(tagsOf({ GITHUB_WORKFLOW: 'x'.repeat(300) })['Workflow']).toBe('x'.repeat(256))
})

test('sets no tag without a value', () => {
  expect(sessionTags(readWorkflowRun({}))).toEqual([{ Key: 'GitHub', Value: 'Actions' }])
})

test('cuts a value between two characters, which half a surrogate pair is not', () => {
  const letters = `a${'\u{1d400}'.repeat(200)}`
  const { Workflow = '' } = tagsOf({ GITHUB_WORKFLOW: letters })
  expect(Workflow).toBe(`a${'\u{1d400}'.repeat(127)}`)
  expect(() => encodeURIComponent(Workflow)).not.toThrow()
})
