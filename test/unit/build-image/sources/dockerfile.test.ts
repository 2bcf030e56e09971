import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDockerfile, readDockerfile, stageIndex } from '../../../../actions/build-image/src/sources/dockerfile.ts'
import { readClosed } from '../../../support/build-image/read-closed.ts'

const parse = (lines: readonly string[], args: Readonly<Record<string, string>> = {}) =>
  parseDockerfile(
    lines.join('\n'),
    Object.entries(args).map(([key, value]) => ({ key, value })),
  )

test('lists every image that is pulled, of FROM, COPY --from and RUN --mount, without stages, scratch and numbers', () => {
  const { images, stages, unknown } = parse([
    'FROM --platform=linux/amd64 node:24 AS Build',
    'COPY --from=busybox:1 /bin/sh /bin/',
    'RUN --mount=type=bind,from=alpine:3,target=/a true',
    'FROM build as test',
    'FROM scratch',
    'COPY --from=build /app /app',
    'COPY --from=0 /app /app',
  ])
  expect(images).toEqual(['node:24', 'busybox:1', 'alpine:3'])
  expect(stages.map(({ name }) => name)).toEqual(['build', 'test', undefined])
  expect(unknown).toBeUndefined()
})

test('expands arguments before the first FROM: given values, defaults, and defaults of defaults', () => {
  const lines = [
    'ARG REGISTRY=docker.io',
    'ARG VERSION="24"',
    'ARG BASE=${REGISTRY}/node:$VERSION',
    'FROM ${BASE}',
    'FROM ${OTHER:-alpine}${SUFFIX:+-x}',
  ]
  expect(parse(lines).images).toEqual(['docker.io/node:24', 'alpine'])
  expect(parse(lines, { VERSION: '22' }).images).toEqual(['docker.io/node:22', 'alpine'])
  expect(parse(lines, { BASE: 'mine:1' }).images).toEqual(['mine:1', 'alpine'])
})

test('marks a Dockerfile whose base image is not known', () => {
  expect(parse(['ARG BASE', 'FROM $BASE'])).toMatchObject({ unknown: 'FROM $BASE', images: [] })
  expect(parse(['ARG BASE', 'FROM $BASE'], { BASE: 'alpine' })).toMatchObject({
    unknown: undefined,
    images: ['alpine'],
  })
})

test.each([
  ['${IMAGE-alpine}', {}, 'alpine'],
  ['${IMAGE-alpine}', { IMAGE: 'busybox' }, 'busybox'],
  ['alpine${IMAGE-:3}', { IMAGE: '' }, 'alpine'],
  ['alpine${IMAGE:-:3}', { IMAGE: '' }, 'alpine:3'],
  ['alpine${IMAGE+:set}', { IMAGE: '' }, 'alpine:set'],
  ['alpine${IMAGE:+:set}', { IMAGE: '' }, 'alpine'],
  ['${IMAGE:-${OTHER:-alpine}:3}', {}, 'alpine:3'],
  ['"alpine:$IMAGE"', { IMAGE: '3' }, 'alpine:3'],
])('FROM %s with %j is %s', (base, args, image) => {
  expect(parse(['ARG IMAGE', `FROM ${base}`], args)).toMatchObject({ images: [image], unknown: undefined })
})

test.each([
  'alpine:${IMAGE#v}',
  'alpine:${IMAGE%%-*}',
  'alpine:${IMAGE/a/b}',
  'alpine:${IMAGE:?}',
  'alpine:${IMAGE',
  'alpine:\\$IMAGE',
  'alpine:"$IMAGE"',
  // Only the builder knows it, so its default says nothing.
  'alpine:${TARGETARCH:-amd64}',
])('does not take an expression that it cannot expand for an image: FROM %s', (base) => {
  expect(parse(['ARG IMAGE=v1', `FROM ${base}`])).toMatchObject({ images: [], unknown: `FROM ${base}` })
})

test('treats a default that cannot be expanded as unknown, not as unset', () => {
  expect(parse(['ARG A=${B#v}', 'FROM ${A-alpine}'])).toMatchObject({ images: [], unknown: 'FROM ${A-alpine}' })
})

test.each([
  'ADD https://example.com/latest.tgz /',
  'ADD --chown=1:1 a HTTP://example.com/b /',
  'ADD ["https://example.com/latest.tgz", "/"]',
  'ADD git@github.com:acme/web.git#main /src',
  'ADD git://example.com/web.git /src',
  'ADD $SOURCE /',
  'ADD a ${SOURCE} /',
  'ONBUILD ADD https://example.com/latest.tgz /',
  'COPY --from=$IMAGE a b',
  'RUN --mount=type=bind,from=$IMAGE true',
])('marks an instruction that reads a URL or an unknown image: %s', (line) => {
  expect(parse(['FROM scratch', line])).toMatchObject({ images: [], unknown: line.replace(/^ONBUILD /, '') })
})

test.each([
  'ADD --checksum=sha256:24454f83 https://example.com/v1.tgz /',
  'ADD a.tar b@c $HOME/',
  'ADD ["a b", "$HOME/"]',
  'RUN wget https://example.com/latest.tgz',
  'COPY $SOURCE /',
])('accepts an instruction that reads the context or has a checksum: %s', (line) => {
  expect(parse(['FROM scratch', line]).unknown).toBeUndefined()
})

test('lists the image of the Dockerfile frontend, from the syntax line or BUILDKIT_SYNTAX', () => {
  expect(parse(['# syntax=docker/dockerfile:1', 'FROM scratch']).images).toEqual(['docker/dockerfile:1'])
  expect(parse(['FROM scratch'], { BUILDKIT_SYNTAX: 'acme/frontend:2' })).toMatchObject({
    images: ['acme/frontend:2'],
    needsBuildKit: 'the build argument BUILDKIT_SYNTAX',
  })
})

test('parses comments, continued lines and here-documents', () => {
  const { images, stages, needsBuildKit } = parse([
    '# FROM not-this',
    'FROM \\',
    '  # nor this',
    '  alpine:3',
    'RUN <<EOF',
    'FROM not-here',
    'EOF',
    'RUN echo "1 << 2"',
    'FROM alpine:3',
  ])
  expect(images).toEqual(['alpine:3'])
  expect(stages).toHaveLength(2)
  expect(needsBuildKit).toBe('a here-document in RUN')
})

test.each([
  [['# syntax=docker/dockerfile:1', 'FROM scratch'], '# syntax=docker/dockerfile:1'],
  [['FROM scratch', 'RUN --mount=type=cache,target=/x true'], 'RUN --mount'],
  [['FROM scratch', 'COPY --link a b'], 'COPY --link'],
  [['FROM scratch', 'COPY --chown=1:1 a b'], undefined],
  [['FROM scratch', 'RUN echo --mount=x'], undefined],
  [['FROM scratch', 'HEALTHCHECK --interval=5s CMD true'], undefined],
])('%j needs BuildKit for %s', (lines, reason) => {
  expect(parse(lines).needsBuildKit).toBe(reason)
})

test('lists declared arguments, also several in one ARG', () => {
  expect([...parse(['ARG A=1 B', 'FROM scratch', 'ARG SOURCE_DATE_EPOCH']).args]).toEqual([
    'A',
    'B',
    'SOURCE_DATE_EPOCH',
  ])
})

describe('the file', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-dockerfile-'))
    path = join(folder, 'Dockerfile')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const read = (text: string, target?: string) => {
    writeFileSync(path, text)
    return readDockerfile(path, [], target)
  }

  test('is refused when it is missing, a folder, unreadable, or without FROM', async () => {
    expect(() => readDockerfile(path, [], undefined)).toThrow(`Input \`file\` is \`${path}\`, which does not exist.`)
    expect(() => readDockerfile(folder, [], undefined)).toThrow(`Input \`file\` is \`${folder}\`, which is not a file.`)
    expect(() => read('# FROM scratch\n')).toThrow(`Input \`file\` is \`${path}\`, which has no FROM.`)
    chmodSync(folder, 0o755)
    await expect(readClosed(path, () => readDockerfile(path, [], undefined))).rejects.toThrow(
      `Input \`file\` is \`${path}\`, which cannot be read.`,
    )
  })

  test.each([
    [undefined, 2],
    ['Build', 0],
    ['test', 1],
    ['1', 1],
    ['2', 2],
  ])('has the stage %p at %d', (target, index) => {
    const dockerfile = read('FROM scratch AS build\nFROM build AS Test\nFROM scratch\n', target)
    expect(stageIndex(dockerfile, target)).toBe(index)
  })

  test.each([
    ['FROM scratch AS build\nFROM scratch', 'other', 'Its stages are: build.'],
    ['FROM scratch AS build', '1', 'Its stages are: build.'],
    ['FROM scratch', 'build', 'Name a stage with `FROM … AS <name>`.'],
  ])('%j has no stage %s: %s', (text, target, hint) => {
    expect(() => read(text, target)).toThrow(
      expect.objectContaining({
        message: `Input \`target\` is \`${target}\`, but \`${path}\` has no such stage.`,
        hint,
      }),
    )
  })
})
