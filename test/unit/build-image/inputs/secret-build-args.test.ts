import { ECR_IMAGE, readStep } from '../../../support/build-image/build-inputs.ts'

test.each([
  ['DB_PASSWORD=correct-horse', 'whose name looks like a secret'],
  ['NPM_TOKEN=0123456789abcdef', 'whose name looks like a secret'],
  ['API_KEY=abcdefghijkl', 'whose name looks like a secret'],
  ['VERSION=ghp_0123456789abcdefghijABCDEFGHIJ012345', 'whose value looks like a secret'],
  ['CONFIG=-----BEGIN RSA PRIVATE KEY-----', 'whose value looks like a secret'],
  ['ID=AKIAIOSFODNN7EXAMPLE', 'whose value looks like a secret'],
  ['NPMRC=//registry.npmjs.org/:_authToken=npm_0123456789abcdefghijABCD', 'whose value looks like a secret'],
])('refuses the build argument %s with the reason and without the value', (line, reason) => {
  const value = line.slice(line.indexOf('=') + 1)
  expect(() => readStep({ images: ECR_IMAGE, 'build-args': line })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(reason), input: 'build-args' }),
  )
  expect(() => readStep({ images: ECR_IMAGE, 'build-args': line })).not.toThrow(value)
})

test.each([
  'VERSION=1.2.3',
  'SECRET_KEY_BASE=1',
  'TOKEN_TTL_SECONDS=3600',
  'SECRET_KEY_BASE=dummy-for-assets',
  'KEYBOARD=qwertyuiop',
  'TOKENIZER=sentencepiece',
])('accepts the build argument %s', (line) => {
  expect(readStep({ images: ECR_IMAGE, 'build-args': line }).build.buildArgs).toHaveLength(1)
})
