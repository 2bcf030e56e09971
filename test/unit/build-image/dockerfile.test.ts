import { parseDockerfile } from '../../../actions/build-image/src/dockerfile.ts'

const parse = (lines: readonly string[], args: Readonly<Record<string, string>> = {}) =>
  parseDockerfile(
    lines.join('\n'),
    Object.entries(args).map(([key, value]) => ({ key, value })),
  )

test('every image that is pulled is known: bases, copies, mounts; stages, scratch and numbers are none', () => {
  const { images, stages, complete } = parse([
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
  expect(complete).toBe(true)
})

test('arguments before the first FROM choose bases: given ones, defaults, and defaults of defaults', () => {
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

test('a base without a value makes the list incomplete', () => {
  expect(parse(['ARG BASE', 'FROM $BASE'])).toMatchObject({ complete: false, images: [] })
  expect(parse(['ARG BASE', 'FROM $BASE'], { BASE: 'alpine' })).toMatchObject({ complete: true, images: ['alpine'] })
})

test('comments, continued lines and here-documents are what they are', () => {
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

test('declared arguments are known, several on a line too', () => {
  expect([...parse(['ARG A=1 B', 'FROM scratch', 'ARG SOURCE_DATE_EPOCH']).args]).toEqual([
    'A',
    'B',
    'SOURCE_DATE_EPOCH',
  ])
})
