import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { packContext } from '../../../../actions/build-image/src/sources/context-tar.ts'
import { folder, useContextFolder, walk, write } from '../../../support/build-image/context-folder.ts'
import { readClosed } from '../../../support/build-image/read-closed.ts'

useContextFolder()

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

test('adds files, and replaces those of the context that have the same path', async () => {
  write('Dockerfile')
  write('.dockerignore', 'old')
  const extra = ['.dockerignore', '.extra'].map((path) => ({ path, content: Buffer.from(`new ${path}`) }))
  const tar = await buffer(packContext(walk(), 0, extra))
  const run = (...args: readonly string[]) => execFileSync('tar', args, { input: tar, encoding: 'utf8' })
  expect(run('--list')).toBe('Dockerfile\n.dockerignore\n.extra\n')
  expect(run('-xO', '.dockerignore')).toBe('new .dockerignore')
})

test('names a file that was removed during the build', async () => {
  write('Dockerfile')
  write('vanishing')
  const context = walk()
  rmSync(join(folder, 'vanishing'))
  await expect(buffer(packContext(context, 0))).rejects.toThrow(
    `Input \`context\` has \`${join(folder, 'vanishing')}\`, which cannot be read.`,
  )
})

test.each([100, 600_000])('names a file that shrank during the build from %d bytes', async (size) => {
  write('Dockerfile')
  write('shrinking', 'x'.repeat(size))
  const context = walk()
  writeFileSync(join(folder, 'shrinking'), 'x')
  await expect(buffer(packContext(context, 0))).rejects.toMatchObject({
    message: `Input \`context\` has \`${join(folder, 'shrinking')}\`, which cannot be read.`,
    cause: { message: `Its size changed from ${size} to 1 bytes during the build.` },
  })
})

test('names a file without read permission', async () => {
  for (const path of ['Dockerfile', 'secret']) write(path)
  chmodSync(folder, 0o755)
  const secret = join(folder, 'secret')
  await expect(readClosed(secret, () => buffer(packContext(walk(), 0)))).rejects.toThrow(
    `Input \`context\` has \`${secret}\`, which cannot be read.`,
  )
})
