import { copyToAll } from '../../../../actions/build-image/src/publish/copy-to-all.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const image = memoryImage('one', 'two')
const { world, lines } = recordingWorld({})
beforeEach(() => {
  lines.length = 0
})

test('sends the image to registries that lack it, by digest only', async () => {
  const [lacks, has] = [memoryDestination('a.test'), memoryDestination('b.test', { images: { v1: image } })]
  const published = await copyToAll(image, [lacks, has], world.log)
  expect(published.map(({ tally }) => tally.blobs)).toEqual([
    { present: 0, mounted: 0, sent: 3 },
    { present: 0, mounted: 0, sent: 0 },
  ])
  expect(lacks.calls.at(-1)).toBe(`manifest ${image.digest}`)
  expect(has.calls).toEqual([])
  expect(lines.sort()).toEqual([
    expect.stringMatching(/^a\.test\/acme\/web: 3 blobs sent \(\d+ B\), 0 already there$/),
    'b.test/acme/web: has the image already',
  ])
})

test('finishes the other copies when one fails, and says which registries have the image', async () => {
  const broken = memoryDestination('a.test', { fail: new Error('Could not push to a.test') })
  const other = memoryDestination('b.test')
  await expect(copyToAll(image, [broken, other], world.log)).rejects.toMatchObject({
    message: '1 of 2 registries did not get the image, and no tag was moved.\nCould not push to a.test',
    hint: expect.stringContaining('b.test/acme/web has it, by digest only'),
  })
  expect(other.calls.at(-1)).toBe(`manifest ${image.digest}`)
})

test('the failure of a single registry is the error', async () => {
  const failure = new Error('Could not push to a.test')
  await expect(copyToAll(image, [memoryDestination('a.test', { fail: failure })], world.log)).rejects.toBe(failure)
})
