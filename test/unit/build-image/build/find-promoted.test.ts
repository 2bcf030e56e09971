import { findPromoted } from '../../../../actions/build-image/src/build/find-promoted.ts'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import { RegistryError } from '../../../../actions/build-image/src/registry/registry-error.ts'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'

const image = memoryImage('layer')
const find = (reference: string, resolve?: () => Promise<never>) => {
  const { registry } = memoryDestination('a.test', { images: { v1: image } })
  const opened = { registry: resolve === undefined ? registry : { resolve } }
  return findPromoted(requireReference(reference, 'promote'), { at: async () => opened } as unknown as Registries)
}

test.each([`a.test/acme/web:v1`, `a.test/acme/web@${image.digest}`])('finds %s', async (reference) => {
  expect(await find(reference)).toMatchObject({ digest: image.digest, repository: 'a.test/acme/web' })
})

test.each([
  ['a.test/acme/web:v2', 'There is no such tag.'],
  [`a.test/acme/web@sha256:${'0'.repeat(64)}`, 'Pass the output `image` of the build.'],
])('names %s, which does not exist, and what to do', async (reference, hint) => {
  await expect(find(reference)).rejects.toMatchObject({
    message: `Cannot promote ${reference}: the image does not exist.`,
    hint: expect.stringContaining(hint),
  })
})

test('a denied read is an error about policies; any other is passed on', async () => {
  const refuse = (status: number) => async () => {
    throw new RegistryError('no', { status, code: '' })
  }
  await expect(find('a.test/acme/web:v1', refuse(403))).rejects.toMatchObject({
    message: 'Cannot promote a.test/acme/web:v1: the registry denies reading it.',
    hint: expect.stringContaining('policy'),
  })
  await expect(find('a.test/acme/web:v1', refuse(500))).rejects.toMatchObject({ status: 500 })
})
