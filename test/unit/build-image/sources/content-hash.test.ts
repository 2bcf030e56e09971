import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BaseImage } from '../../../../actions/build-image/src/sources/base-images.ts'
import { contentHash, contentTag } from '../../../../actions/build-image/src/sources/content-hash.ts'
import { readContext } from '../../../../actions/build-image/src/sources/context.ts'
import { parseDockerfile } from '../../../../actions/build-image/src/sources/dockerfile.ts'
import { findIgnoreFile } from '../../../../actions/build-image/src/sources/ignore-file.ts'
import { readStep } from '../../../support/build-image/build-inputs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-hash-'))
  for (const path of ['Dockerfile', 'a', 'b']) writeFileSync(join(folder, path), path)
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Change {
  readonly inputs?: Readonly<Record<string, string>>
  readonly dockerfile?: string
  readonly base?: string
  readonly platform?: string
  readonly files?: () => void
}

const hash = ({
  inputs = {},
  dockerfile = 'FROM alpine',
  base = 'sha256:1',
  platform = 'linux/amd64',
  files,
}: Change = {}) => {
  files?.()
  const { build, testCommand } = readStep({ images: 'ghcr.io/acme/web', tags: 'v1', context: folder, ...inputs })
  const context = readContext(folder, build.file, findIgnoreFile(folder, build.file))
  const bases: BaseImage[] = [{ name: 'alpine', identity: base, local: false, stale: false }]
  return contentHash(build, parseDockerfile(dockerfile, build.buildArgs), context, bases, testCommand, platform)
}
const write = (path: string, content: string) => () => writeFileSync(join(folder, path), content)

test.each<[string, Change]>([
  ['a file’s content', { files: write('a', 'other') }],
  ['a new file', { files: write('c', '') }],
  ['a new folder', { files: () => mkdirSync(join(folder, 'd')) }],
  ['a file that becomes executable', { files: () => writeFileSync(join(folder, 'x'), '', { mode: 0o755 }) }],
  [
    'a file that becomes a link to the same',
    {
      files: () => {
        rmSync(join(folder, 'b'))
        symlinkSync('a', join(folder, 'b'))
      },
    },
  ],
  [
    'content that moves from one file to the next',
    {
      files: () => {
        write('a', 'ab')()
        write('b', '')()
      },
    },
  ],
  ['the Dockerfile', { dockerfile: 'FROM alpine\nRUN x' }],
  ['a build argument', { inputs: { 'build-args': 'A=1' } }],
  ['a label', { inputs: { labels: 'a=1' } }],
  ['the stage', { inputs: { target: 'app' } }],
  ['the platforms', { inputs: { platforms: 'linux/s390x' } }],
  ['the platform of the builder', { platform: 'linux/arm64' }],
  ['attestations', { inputs: { provenance: 'true' } }],
  ['a secret’s name', { inputs: { secrets: 'a=b' } }],
  ['what a base stands for', { base: 'sha256:2' }],
  ['the test that it passed', { inputs: { 'test-command': 'true' } }],
])('%s changes the hash', async (_, change) => {
  const before = await hash()
  expect(await hash(change)).not.toBe(before)
})

test.each<[string, Change]>([
  ['nothing', {}],
  ['the order of arguments', { inputs: { 'build-args': 'B=2\nA=1' } }],
  ['tags and registries', { inputs: { 'build-args': 'A=1\nB=2', images: 'ghcr.io/other/web', tags: 'v2' } }],
  [
    'no-cache, pull and cache',
    { inputs: { 'build-args': 'A=1\nB=2', pull: 'true', 'cache-from': 'ghcr.io/acme/web:v0' } },
  ],
])('%s does not change the hash', async (title, change) => {
  const inputs = title === 'nothing' ? {} : { 'build-args': 'A=1\nB=2' }
  expect(await hash(change)).toBe(await hash({ inputs }))
})

test('with platforms, the builder’s own does not change the hash', async () => {
  const inputs = { platforms: 'linux/s390x' }
  expect(await hash({ inputs })).toBe(await hash({ inputs, platform: 'linux/arm64' }))
})

test('a secret’s value does not change the hash', async () => {
  expect(await hash({ inputs: { secrets: 'a=one' } })).toBe(await hash({ inputs: { secrets: 'a=two' } }))
})

test('the content tag is a valid tag', async () => {
  expect(contentTag(await hash())).toMatch(/^content-[0-9a-f]{40}$/)
})
