import {
  codeVersion,
  containersWithNewImage,
  imagesToAsk,
  versionToTag,
} from '../../../../actions/deploy-ecs/src/prepare/code-version.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const DIGEST = `sha256:${'ab'.repeat(32)}`
const variables = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }))
const revision = (...containers: readonly object[]) => ({ family: 'web', containerDefinitions: [...containers] })
const app = (environment: Readonly<Record<string, string>> = {}, more: object = {}) => ({
  ...{ name: 'app', image: `web@${DIGEST}`, environment: variables(environment) },
  ...more,
})

describe('the version and commit of a revision', () => {
  test.each([
    ['DD_VERSION', app({ DD_VERSION: '1.4' }), { version: '1.4' }],
    ['DD_VERSION that is a commit', app({ DD_VERSION: SHA }), { version: SHA, commit: SHA }],
    ["Datadog's docker label", app({}, { dockerLabels: { 'com.datadoghq.tags.version': '1.4' } }), { version: '1.4' }],
    [
      'labels of the OCI image specification',
      app(
        {},
        { dockerLabels: { 'org.opencontainers.image.version': '1.4', 'org.opencontainers.image.revision': SHA } },
      ),
      { version: '1.4', commit: SHA },
    ],
    ['DD_GIT_COMMIT_SHA', app({ DD_GIT_COMMIT_SHA: SHA }), { commit: SHA }],
    ['DD_TAGS', app({ DD_TAGS: `team:a,git.commit.sha:${SHA}` }), { commit: SHA }],
    ['the tag of the image', app({}, { image: `web:1.4@${DIGEST}` }), { version: '1.4' }],
    ['a tag that is a commit', app({}, { image: `web:${SHA}` }), { version: SHA, commit: SHA }],
    ['nothing but a digest', app(), {}],
    ['the tag latest, which names no version', app({}, { image: 'web:latest' }), {}],
    ['an empty DD_VERSION', app({ DD_VERSION: '' }), {}],
    ['a short commit, which Datadog does not take', app({ DD_GIT_COMMIT_SHA: 'abc' }), {}],
  ])('come from %s', (_, container, expected) => {
    expect(codeVersion(revision(container))).toEqual(expected)
  })

  test('are those that all containers with one agree on', () => {
    const agent = { name: 'agent', image: 'agent:7' }
    expect(codeVersion(revision(app({ DD_VERSION: '1.4' }), agent))).toEqual({ version: '1.4' })
    expect(codeVersion(revision(app({ DD_VERSION: '1' }), { ...app({ DD_VERSION: '2' }), name: 'jobs' }))).toEqual({})
  })

  test('are those of the containers that count', () => {
    const both = revision(app({}, { image: 'web:1.4' }), { name: 'agent', image: 'agent:7' })
    expect(codeVersion(both)).toEqual({})
    expect(codeVersion(both, ['app'])).toEqual({ version: '1.4' })
  })
})

test('the containers that count have another image than before; without any, all count', () => {
  const agent = { name: 'agent', image: 'agent:7' }
  const before = revision(app({}, { image: 'web:1' }), agent)
  expect(containersWithNewImage(before, revision(app({}, { image: 'web:2' }), agent))).toEqual(['app'])
  expect(containersWithNewImage(before, before)).toEqual(['app', 'agent'])
  expect(containersWithNewImage(undefined, before)).toEqual(['app', 'agent'])
})

describe("the version for Datadog's tags", () => {
  const current = revision(app({ DD_VERSION: 'old' }), { name: 'agent', image: 'agent:7' })

  test('stays while the image stays, so that a run that changes nothing replaces no tasks', () => {
    expect(versionToTag(current, revision(app(), { name: 'agent', image: 'agent:8' }), 'new')).toBe('old')
  })

  test.each([
    ['a new image', current, revision(app({}, { image: `web@sha256:${'cd'.repeat(32)}` }))],
    ['a container that is gone', current, revision({ ...app(), name: 'other' })],
    [
      'a tag, which may have moved',
      revision(app({ DD_VERSION: 'old' }, { image: 'web:1' })),
      revision(app({}, { image: 'web:1' })),
    ],
    ['a revision without a version', revision(app()), revision(app())],
    ['a revision that was not read', undefined, revision(app())],
  ])('is the commit with %s', (_, before, next) => {
    expect(versionToTag(before, next, 'new')).toBe('new')
  })
})

describe("an image's own labels", () => {
  const image = `web:1.4@${DIGEST}`
  const labels = new Map([
    [image, { 'org.opencontainers.image.version': '2.0', 'org.opencontainers.image.revision': SHA }],
  ])

  test.each([
    ['say more than its tag', app({}, { image }), { version: '2.0', commit: SHA }],
    ['say less than the task definition', app({ DD_VERSION: '1.9' }, { image }), { version: '1.9', commit: SHA }],
    ['are of that image alone', app({}, { image: 'web:1.5' }), { version: '1.5' }],
  ])('%s', (_, container, expected) => {
    expect(codeVersion(revision(container), undefined, labels)).toEqual(expected)
  })

  test.each([
    ['a short commit', { 'org.opencontainers.image.revision': 'abc' }],
    ['what is no text', { 'org.opencontainers.image.version': 7, 'org.opencontainers.image.revision': null }],
  ])('do not count with %s', (_, said) => {
    expect(
      codeVersion(revision(app()), undefined, new Map<string, object>([[`web@${DIGEST}`, said]]) as never),
    ).toEqual({})
  })

  test.each([
    ['nothing is known', app({}, { image }), [image]],
    ['the commit is not known', app({ DD_VERSION: '1.9' }, { image }), [image]],
    ['the version is not known', app({ DD_GIT_COMMIT_SHA: SHA }, { image }), [image]],
    ['both are known', app({ DD_VERSION: '1.9', DD_GIT_COMMIT_SHA: SHA }, { image }), []],
    ['the version is a commit', app({ DD_VERSION: SHA }, { image }), []],
  ])('are asked for where %s', (_, container, expected) => {
    expect(imagesToAsk(revision(container), ['app'])).toEqual(expected)
    expect(imagesToAsk(revision(container), ['other'])).toEqual([])
  })
})
