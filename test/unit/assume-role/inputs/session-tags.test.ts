import { SESSION_TAG_KEYS, sessionTags } from '../../../../actions/assume-role/src/inputs/session-tags.ts'

const tagsOf = (env: Readonly<Record<string, string>>) =>
  Object.fromEntries(sessionTags(env).map(({ Key, Value }) => [Key, Value]))

/** The variables of a run for a pull request, each with a value of its own. */
const PULL_REQUEST = {
  GITHUB_REPOSITORY: 'org/web',
  GITHUB_WORKFLOW: 'Deploy',
  GITHUB_ACTION: '__run_2',
  GITHUB_ACTOR: 'ada',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF: 'refs/pull/5/merge',
  GITHUB_REF_NAME: '5/merge',
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_BASE_REF: 'main',
  GITHUB_HEAD_REF: 'feature/x',
  GITHUB_RUN_ID: '7',
  GITHUB_JOB: 'deploy',
  GITHUB_TRIGGERING_ACTOR: 'grace',
}

// What aws-actions/configure-aws-credentials 6.2.3 sends of the same run (src/assumeRole.ts), in its order.
test('tags a session as aws-actions/configure-aws-credentials does', () => {
  expect(sessionTags(PULL_REQUEST)).toEqual([
    { Key: 'GitHub', Value: 'Actions' },
    { Key: 'Repository', Value: 'org/web' },
    { Key: 'Workflow', Value: 'Deploy' },
    { Key: 'Action', Value: '__run_2' },
    { Key: 'Actor', Value: 'ada' },
    { Key: 'Commit', Value: '0123456789abcdef0123456789abcdef01234567' },
    { Key: 'Branch', Value: 'refs/pull/5/merge' },
    { Key: 'EventName', Value: 'pull_request' },
    { Key: 'BaseRef', Value: 'main' },
    { Key: 'HeadRef', Value: 'feature/x' },
    { Key: 'RunId', Value: '7' },
    { Key: 'Job', Value: 'deploy' },
    { Key: 'TriggeringActor', Value: 'grace' },
  ])
  expect(sessionTags(PULL_REQUEST).map(({ Key }) => Key)).toEqual([...SESSION_TAG_KEYS])
})

test('has the whole name of the ref as the branch', () => {
  expect(tagsOf({ GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main' })).toMatchObject({
    Branch: 'refs/heads/main',
  })
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
  expect(sessionTags({ GITHUB_HEAD_REF: '' })).toEqual([{ Key: 'GitHub', Value: 'Actions' }])
})

test('cuts a value between two characters, which half a surrogate pair is not', () => {
  const letters = `a${'\u{1d400}'.repeat(200)}`
  const { Workflow = '' } = tagsOf({ GITHUB_WORKFLOW: letters })
  expect(Workflow).toBe(`a${'\u{1d400}'.repeat(127)}`)
  expect(() => encodeURIComponent(Workflow)).not.toThrow()
})
