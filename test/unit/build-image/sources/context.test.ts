import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readContext } from '../../../../actions/build-image/src/sources/context.ts'
import { findIgnoreFile, readIgnoreFile } from '../../../../actions/build-image/src/sources/ignore-file.ts'
import { folder, useContextFolder, walk, write } from '../../../support/build-image/context-folder.ts'
import { readClosed } from '../../../support/build-image/read-closed.ts'

useContextFolder()

const paths = () => walk().entries.map(({ path }) => path)

test('lists everything in a fixed order, except .git', () => {
  for (const path of ['b/x', 'a', 'Dockerfile', 'b/a/deep', '.git/HEAD', '.gitignore', 'B']) write(path)
  expect(paths()).toEqual(['.gitignore', 'B', 'Dockerfile', 'a', 'b', 'b/a', 'b/a/deep', 'b/x'])
})

test('does not read an ignored folder, which may be unreadable', async () => {
  for (const path of ['Dockerfile', 'closed/file', 'open']) write(path)
  write('.dockerignore', 'closed')
  chmodSync(folder, 0o755)
  const kept = await readClosed(join(folder, 'closed'), () => paths())
  expect(kept).toEqual(['.dockerignore', 'Dockerfile', 'open'])
})

test('names a folder without read permission', async () => {
  for (const path of ['Dockerfile', 'closed/file']) write(path)
  chmodSync(folder, 0o755)
  const closed = join(folder, 'closed')
  await expect(readClosed(closed, walk)).rejects.toThrow(`Input \`context\` has \`${closed}\`, which cannot be read.`)
})

test('lists symbolic links without a target', () => {
  write('Dockerfile')
  symlinkSync('nowhere', join(folder, 'broken'))
  symlinkSync('loop', join(folder, 'loop'))
  symlinkSync('Dockerfile', join(folder, 'fine'))
  expect(walk().brokenLinks).toEqual(['broken', 'loop'])
})

test('keeps the Dockerfile and .dockerignore although they are ignored', () => {
  for (const path of ['docker/prod.Dockerfile', 'docker/other', 'a']) write(path)
  write('.dockerignore', '**')
  const dockerfile = join(folder, 'docker/prod.Dockerfile')
  const { entries } = readContext(folder, dockerfile, findIgnoreFile(folder, dockerfile))
  expect(entries.map(({ path }) => path)).toEqual(['.dockerignore', 'docker', 'docker/prod.Dockerfile'])
})

test('counts the bytes of all files that are kept', () => {
  write('Dockerfile', '12345')
  write('a/b', '123')
  write('ignored', '1234567')
  write('.dockerignore', 'ignored')
  expect(walk().size).toBe('12345'.length + '123'.length + 'ignored'.length)
})

test('names a context that is not a folder', () => {
  write('Dockerfile')
  const context = join(folder, 'Dockerfile')
  expect(() => readContext(context, join(context, 'Dockerfile'), readIgnoreFile(''))).toThrow(
    `Input \`context\` is \`${context}\`, which is not a folder.`,
  )
})
