import { readInputs } from '../../../../actions/build-image/src/inputs/inputs.ts'
import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

const destinationsOf = (inputs: Readonly<Record<string, string>>) =>
  readStep(inputs).destinations.map(({ repository, tags }) => [`${repository.host}/${repository.path}`, ...tags])

test('defaults the tag to the commit', () => {
  expect(destinationsOf({ images: ECR_IMAGE })).toEqual([[ECR_IMAGE, 'c0ffee']])
})

test('a run without a commit needs a tag', () => {
  expect(() => readInputs({ INPUT_IMAGES: ECR_IMAGE })).toThrow(
    refusal('tags', 'is missing, and GITHUB_SHA, its default, is not set.'),
  )
})

test('applies each bare tag to each image, and a full reference to its own repository, without duplicates', () => {
  expect(
    destinationsOf({
      images: 'ghcr.io/a/web, ghcr.io/b/web',
      tags: 'v1\nlatest, v1\nghcr.io/a/web:extra\ndocker.io/acme/web:v9',
    }),
  ).toEqual([
    ['ghcr.io/a/web', 'v1', 'latest', 'extra'],
    ['ghcr.io/b/web', 'v1', 'latest'],
    ['docker.io/acme/web', 'v9'],
  ])
})

test('accepts full references in `tags` alone, as docker/build-push-action does', () => {
  expect(readStep({ tags: 'ghcr.io/acme/web:v1' }).destinations).toEqual([
    { repository: { host: 'ghcr.io', path: 'acme/web' }, tags: ['v1'] },
  ])
})

test('needs no destination to look up an image', () => {
  const inputs = readStep({ promote: 'ghcr.io/acme/web:v1', push: 'false', tags: 'v1' })
  expect(inputs).toMatchObject({ push: false, destinations: [], promote: { tag: 'v1' } })
})

test.each<[Record<string, string>, string, string]>([
  [{ tags: 'latest' }, 'tags', 'has `latest`, but `images` is not set.'],
  [{ push: 'false', tags: 'v1' }, 'tags', 'has `v1`, but `images` is not set.'],
  [
    { images: ECR_IMAGE, tags: 'ghcr.io/acme/other:v1' },
    'images',
    'which gets no tag: `tags` names other repositories.',
  ],
  [{ images: ECR_IMAGE, tags: 'a b' }, 'tags', 'has the tag `a b`, which is malformed.'],
  [{ images: ECR_IMAGE, tags: '.v1' }, 'tags', 'has the tag `.v1`'],
  [{ images: ECR_IMAGE, tags: 'ghcr.io/acme/web' }, 'tags', 'has `ghcr.io/acme/web`, which names no tag.'],
  [{ images: `${ECR_IMAGE}:v1` }, 'images', 'which has a tag or a digest.'],
  [{ images: 'https://ghcr.io/acme/web' }, 'images', 'begins with `https://`'],
  [{ images: 'ghcr.io/acme/Web' }, 'images', '`acme/Web` is malformed'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => readStep(inputs)).toThrow(refusal(input, message))
})

test('takes images and tags in double quotes', () => {
  const { destinations } = readStep({ images: '"ghcr.io/acme/web"', tags: '"v1","ghcr.io/acme/web:v2"' })
  expect(destinations.map(({ tags }) => tags)).toEqual([['v1', 'v2']])
})
