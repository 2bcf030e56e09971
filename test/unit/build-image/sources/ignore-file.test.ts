import { join } from 'node:path'
import { findIgnoreFile, readIgnoreFile } from '../../../../actions/build-image/src/sources/ignore-file.ts'
import { folder, useContextFolder, walk, write } from '../../../support/build-image/context-folder.ts'

useContextFolder()

const paths = (dockerfile?: string) => walk(dockerfile).entries.map(({ path }) => path)

test.each<[string, string[], string[]]>([
  ['node_modules', ['node_modules/a/b', 'src/node_modules/c'], ['src', 'src/node_modules', 'src/node_modules/c']],
  ['**/node_modules', ['node_modules/a/b', 'src/node_modules/c', 'src/d'], ['src', 'src/d']],
  ['*\n!src', ['a', 'src/b', 'src/c/d'], ['src', 'src/b', 'src/c', 'src/c/d']],
  ['**\n!src/keep', ['a', 'src/b', 'src/keep/d'], ['src', 'src/keep', 'src/keep/d']],
  ['docs/*\n!docs/README.md', ['docs/a', 'docs/README.md', 'x'], ['docs', 'docs/README.md', 'x']],
  ['/build/', ['build/a', 'src/build/b'], ['src', 'src/build', 'src/build/b']],
  ['*.log\n!important.log\nimportant.log', ['a.log', 'important.log', 'd/b.log'], ['d', 'd/b.log']],
  ['# comment\n\n  spaced  \n', ['spaced', 'other'], ['other']],
  ['app/(group)\nc++', ['app/(group)/page', 'app/group', 'c++', 'ccc'], ['app', 'app/group', 'ccc']],
  ['Temp', ['temp', 'Temp'], ['temp']],
  ['constructor', ['constructor', 'toString'], ['toString']],
  ['!.git', ['.git/HEAD'], ['.git', '.git/HEAD']],
  ['**/node_modules\n**/.env\n!src', ['src/node_modules/a', 'src/.env', 'src/b', '.env'], ['src', 'src/b']],
  ['src\n**/.env\n!src', ['src/.env', 'src/b'], ['src', 'src/.env', 'src/b']],
  ['**/a\n!**/a/keep', ['x/a/keep/1', 'x/a/other'], ['x', 'x/a', 'x/a/keep', 'x/a/keep/1']],
  ['a/b\n!a/**\na/b/c', ['a/b/c/d', 'a/b/e'], ['a', 'a/b', 'a/b/e']],
  ['**log\nc**', ['catalog', 'a.log', 'd/blog', 'cat/x', 'd/cat'], ['d', 'd/cat']],
  ['a**b\nd/**/e', ['ab', 'axb', 'a/x/b', 'd/e', 'd/x/y/e'], ['a', 'a/x', 'axb', 'd', 'd/x', 'd/x/y']],
  ['[a-c].t?t\n\\*x\nq[^/]', ['a.txt', 'd.txt', '*x', 'yx', 'qq'], ['d.txt', 'yx']],
  ['a^b\n^c*', ['a^b', '^c1'], ['^c1']],
  ['x/../y\n//z//\n./w\n../v\n.\n/', ['y', 'z/1', 'w', 'v'], ['v']],
  ['*\n! a ', ['a', 'b'], ['a']],
  ['?', ['a', '😀', 'bc'], ['bc']],
  ['Dockerfile\n.dockerignore', ['a'], ['a']],
  ['Docker*', ['a'], ['a']],
])('.dockerignore %j', (ignore, files, kept) => {
  write('Dockerfile')
  write('.dockerignore', ignore)
  for (const file of files) write(file)
  expect(paths()).toEqual(['.dockerignore', 'Dockerfile', ...kept].sort((a, b) => (a < b ? -1 : 1)))
})

test('prefers the ignore file of the Dockerfile to that of the context', () => {
  for (const path of ['docker/prod.Dockerfile', 'a', 'b']) write(path)
  write('.dockerignore', 'a')
  write('docker/prod.Dockerfile.dockerignore', 'b\ndocker')
  expect(paths(join(folder, 'docker/prod.Dockerfile'))).toEqual([
    '.dockerignore',
    'a',
    'docker',
    'docker/prod.Dockerfile',
  ])
})

test('lists an ignored folder only where a `!` line may keep something in it', () => {
  const ignore = readIgnoreFile('node_modules\n!node_modules/mine/**\n!src')
  expect(ignore.ignoresWhole('node_modules')).toBe(false)
  expect(ignore.ignoresWhole('src/node_modules')).toBe(true)
  expect(ignore.ignoresWhole('node_modules/theirs')).toBe(true)
  expect(ignore.ignoresWhole('node_modules/mine')).toBe(false)
  expect(readIgnoreFile('node_modules\n!src').ignoresWhole('node_modules')).toBe(true)
})

test('keeps the text of the file, and ignores .git alone without one', () => {
  expect(findIgnoreFile(folder, join(folder, 'Dockerfile'))).toMatchObject({ text: '' })
  write('.dockerignore', 'a\r\nb\n')
  const ignore = findIgnoreFile(folder, join(folder, 'Dockerfile'))
  expect(ignore.text).toBe('a\r\nb\n')
  expect(['a', 'b', '.git', 'c'].map((path) => ignore.match(path).ignored)).toEqual([true, true, true, false])
})

test('a byte order mark is no part of the first pattern', () => {
  expect(readIgnoreFile('\uFEFFa\n').match('a').ignored).toBe(true)
})

test.each(['!', '! ', '!/', 'a[', '[]', '[a-]', '[z-a]', '[^]', '[^-a]', 'a\\'])(
  'names the malformed line %j, as Docker refuses it',
  (line) => {
    write('.dockerignore', `a\n${line}\n`)
    expect(() => findIgnoreFile(folder, join(folder, 'Dockerfile'))).toThrow(
      expect.objectContaining({
        input: 'context',
        message: `Input \`context\` has the line \`${line.trim()}\` in ${join(folder, '.dockerignore')}, which is not a pattern.`,
        hint: expect.stringContaining('Docker refuses it'),
      }),
    )
  },
)
