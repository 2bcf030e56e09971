import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readContext } from '../../../../actions/build-image/src/sources/context.ts'
import { packContext } from '../../../../actions/build-image/src/sources/context-tar.ts'
import { readDockerfile } from '../../../../actions/build-image/src/sources/dockerfile.ts'
import { findIgnoreFile, readIgnoreFile } from '../../../../actions/build-image/src/sources/ignore-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-context-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path: string, content = path) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}
const walk = (dockerfile = join(folder, 'Dockerfile')) =>
  readContext(folder, dockerfile, findIgnoreFile(folder, dockerfile))
const paths = (dockerfile?: string) => walk(dockerfile).entries.map(({ path }) => path)

test('lists everything in a fixed order, except .git', () => {
  for (const path of ['b/x', 'a', 'Dockerfile', 'b/a/deep', '.git/HEAD', '.gitignore', 'B']) write(path)
  expect(paths()).toEqual(['.gitignore', 'B', 'Dockerfile', 'a', 'b', 'b/a', 'b/a/deep', 'b/x'])
})

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
  expect(ignore.ignoresWhole('node_modules/theirs')).toBe(true)
  expect(ignore.ignoresWhole('node_modules/mine')).toBe(false)
  expect(readIgnoreFile('node_modules\n!src').ignoresWhole('node_modules')).toBe(true)
})

test('packs the same sources to the same bytes, whatever their times, modes and owner', async () => {
  write('run.sh')
  write('data/file')
  write('Dockerfile')
  symlinkSync('run.sh', join(folder, 'link'))
  chmodSync(join(folder, 'run.sh'), 0o755)
  const first = await buffer(packContext(walk(), 1_700_000_000))
  utimesSync(join(folder, 'data/file'), 1, 1)
  chmodSync(join(folder, 'data/file'), 0o600)
  chmodSync(join(folder, 'run.sh'), 0o700)
  expect((await buffer(packContext(walk(), 1_700_000_000))).equals(first)).toBe(true)
  const listed = execFileSync('tar', ['--list', '--verbose', '--utc', '--full-time', '--numeric-owner'], {
    input: first,
    encoding: 'utf8',
  })
  expect(
    listed
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ')),
  ).toEqual([
    '-rw-r--r-- 0/0 10 2023-11-14 22:13:20 Dockerfile',
    'drwxr-xr-x 0/0 0 2023-11-14 22:13:20 data/',
    '-rw-r--r-- 0/0 9 2023-11-14 22:13:20 data/file',
    'lrwxrwxrwx 0/0 0 2023-11-14 22:13:20 link -> run.sh',
    '-rwxr-xr-x 0/0 6 2023-11-14 22:13:20 run.sh',
  ])
})

test('packs large, empty and unusually named files completely', async () => {
  const long = `${'directory-with-a-long-name/'.repeat(6)}file`
  write('Dockerfile')
  write('empty', '')
  write(long, 'long')
  write('ümläut ☃', 'snow')
  write('large', 'x'.repeat(3_000_001))
  const tar = await buffer(packContext(walk(), 0))
  const content = (path: string) => execFileSync('tar', ['-xO', path], { input: tar, encoding: 'utf8', maxBuffer: 1e8 })
  expect([content(long), content('ümläut ☃'), content('empty'), content('large').length]).toEqual([
    'long',
    'snow',
    '',
    3_000_001,
  ])
})

test('packs files of all sizes in order, joining small chunks', async () => {
  write('Dockerfile')
  const sizes = [1, 511, 65_535, 65_536, 65_537, 5, 262_143, 262_144, 262_145, 100, 1_000_000, 3]
  const content = (at: number) => String.fromCharCode(97 + at).repeat(sizes[at] ?? 0)
  for (const at of sizes.keys()) write(`${String(at).padStart(2, '0')}`, content(at))
  const tar = await buffer(packContext(walk(), 0))
  for (const at of sizes.keys()) {
    const path = String(at).padStart(2, '0')
    const arrived = execFileSync('tar', ['-xO', path], { input: tar, encoding: 'utf8', maxBuffer: 1e8 })
    expect(arrived === content(at)).toBe(true)
  }
})

test('does not read an ignored folder, which may be unreadable', async () => {
  for (const path of ['Dockerfile', 'closed/file', 'open']) write(path)
  write('.dockerignore', 'closed')
  chmodSync(folder, 0o755)
  const kept = (await readClosed(join(folder, 'closed'), () => paths())) as string[]
  expect(kept).toEqual(['.dockerignore', 'Dockerfile', 'open'])
})

test('names a file that was removed or shrank during the build', async () => {
  write('Dockerfile')
  write('vanishing')
  write('shrinking', 'x'.repeat(600_000))
  const gone = walk()
  rmSync(join(folder, 'vanishing'))
  await expect(buffer(packContext(gone, 0))).rejects.toThrow(
    `Input \`context\` has \`${join(folder, 'vanishing')}\`, which cannot be read.`,
  )
  const shrunk = walk()
  writeFileSync(join(folder, 'shrinking'), 'x')
  await expect(buffer(packContext(shrunk, 0))).rejects.toThrow('shrinking')
})

/** Reads what nobody may read, and not as root, who may. */
async function readClosed(path: string, read: () => unknown): Promise<unknown> {
  chmodSync(path, 0)
  if (process.getuid?.() === 0) process.seteuid?.('nobody')
  try {
    return await read()
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
    chmodSync(path, 0o700)
  }
}

test('names a file, a folder and a Dockerfile without read permission', async () => {
  for (const path of ['Dockerfile', 'secret', 'closed/file']) write(path)
  chmodSync(folder, 0o755)
  const [dockerfile = '', secret = '', closed = ''] = ['Dockerfile', 'secret', 'closed'].map((at) => join(folder, at))
  await expect(readClosed(secret, () => buffer(packContext(walk(), 0)))).rejects.toThrow(
    `Input \`context\` has \`${secret}\`, which cannot be read.`,
  )
  await expect(readClosed(closed, walk)).rejects.toThrow(`Input \`context\` has \`${closed}\`, which cannot be read.`)
  await expect(readClosed(dockerfile, () => readDockerfile(dockerfile, [], undefined))).rejects.toThrow(
    `Input \`file\` is \`${dockerfile}\`, which cannot be read.`,
  )
})

test('lists symbolic links without a target', () => {
  write('Dockerfile')
  symlinkSync('nowhere', join(folder, 'broken'))
  symlinkSync('loop', join(folder, 'loop'))
  symlinkSync('Dockerfile', join(folder, 'fine'))
  expect(walk().brokenLinks).toEqual(['broken', 'loop'])
})

test('names a context that is not a folder', () => {
  write('Dockerfile')
  const context = join(folder, 'Dockerfile')
  expect(() => readContext(context, join(context, 'Dockerfile'), readIgnoreFile(''))).toThrow(
    `Input \`context\` is \`${context}\`, which is not a folder.`,
  )
})
