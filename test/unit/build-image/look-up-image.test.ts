import { readInputs } from '../../../actions/build-image/src/inputs/inputs.ts'
import { lookUpImage } from '../../../actions/build-image/src/look-up-image.ts'
import { requireReference } from '../../../toolkit/image-reference.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { memoryImage } from '../../support/build-image/images.ts'
import { type MemoryRegistry, startMemoryRegistry } from '../../support/build-image/memory-registry.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'

const image = memoryImage('layer')
let registry: MemoryRegistry
beforeEach(async () => {
  registry = await startMemoryRegistry()
  registry.put('acme/web', 'v1', image)
})
afterEach(() => registry.close())

async function lookUp(tag: string) {
  const recorded = recordingWorld({})
  const promote = `${registry.host}/acme/web:${tag}`
  const inputs = readInputs(actionInputs('build-image', { promote, push: 'false' }))
  await lookUpImage(requireReference(promote, 'promote'), inputs, recorded.world)
  return recorded
}

test('sets the outputs of an image that exists, and copies nothing', async () => {
  const { outputs, lines } = await lookUp('v1')
  const found = `${registry.host}/acme/web@${image.digest}`
  expect(outputs).toEqual({ image: found, digest: image.digest, images: [found] })
  expect(lines).toEqual([`${registry.host}/acme/web:v1 is ${found}. Nothing is copied, as \`push\` is false.`])
  expect(registry.puts).toEqual([])
})

test('an image that does not exist is an error', async () => {
  await expect(lookUp('v2')).rejects.toThrow(`Cannot promote ${registry.host}/acme/web:v2: the image does not exist.`)
})
