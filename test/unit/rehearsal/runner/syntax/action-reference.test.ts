import { parseActionReference, pathInside } from '../../../../../rehearsal/runner/syntax/action-reference.ts'

it.each([
  ['actions/checkout@v5', 'actions/checkout', '', 'v5'],
  ['acme/tools/ci/lint@main', 'acme/tools', 'ci/lint', 'main'],
  ['acme/tools/.github/workflows/w.yml@refs/heads/x', 'acme/tools', '.github/workflows/w.yml', 'refs/heads/x'],
])('parses %s', (uses, repository, path, ref) => {
  expect(parseActionReference(uses)).toEqual({ repository, path, ref })
})

it.each(['checkout@v5', 'actions/checkout', 'docker://alpine', 'a/b@', ''])('refuses %j', (uses) => {
  expect(() => parseActionReference(uses)).toThrow('neither ./path nor owner/name/path@ref')
})

it('joins paths inside a repository, and refuses others', () => {
  expect(pathInside('/repo', './actions/../ci')).toBe('/repo/ci')
  for (const path of ['../other', './a/../../other', '/etc']) {
    expect(() => pathInside('/repo', path)).toThrow('leads out of its repository')
  }
})
