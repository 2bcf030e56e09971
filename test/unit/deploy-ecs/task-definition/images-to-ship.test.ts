import type { TaskDefinitionSource } from '../../../../actions/deploy-ecs/src/inputs/task-definition-source.ts'
import type { CheckedImage } from '../../../../actions/deploy-ecs/src/task-definition/check-image.ts'
import {
  imagesNamed,
  imagesToShip,
  imagesToShow,
} from '../../../../actions/deploy-ecs/src/task-definition/images-to-ship.ts'

const registration = {
  family: 'web',
  containerDefinitions: [
    { name: 'agent', image: 'agent:7' },
    { name: 'app', image: 'web:2' },
    { name: 'odd', image: 'Web' },
    { name: 'none' },
  ],
}
const given = new Map([['app', 'web:2']])
const ofImage = { container: 'app', image: 'web:2', input: 'image' }

test.each([
  ['the service', { kind: 'service' }, [ofImage]],
  [
    'a file',
    { kind: 'file', path: 'td.json' },
    [
      ofImage,
      { container: 'agent', image: 'agent:7', input: 'task-definition' },
      { container: 'odd', image: 'Web', input: 'task-definition' },
    ],
  ],
  [
    'a revision, without a reference that we cannot read',
    { kind: 'revision', taskDefinition: 'web:2' },
    [ofImage, { container: 'agent', image: 'agent:7', input: 'task-definition' }],
  ],
  [
    'a template',
    { kind: 'template', family: 'web' },
    [ofImage, { container: 'agent', image: 'agent:7', input: 'template' }],
  ],
] as const)('are those of `image`, then those of %s', (_, source, images) => {
  expect(imagesToShip(source, registration, given)).toEqual(images)
})

test.each([
  ['file', ['app', 'agent', 'odd']],
  ['template', ['app']],
  ['revision', ['app']],
  ['service', ['app']],
] as const)('with a task definition of the kind %s, the deploy names the images of %j', (kind, containers) => {
  const source = { kind, path: '', family: '', taskDefinition: '' } as TaskDefinitionSource
  const named = imagesNamed(source, imagesToShip(source, registration, given))
  expect(named.map(({ container }) => container)).toEqual(containers)
})

test('an image without an input is named: it is that of a rollback', () => {
  const image: CheckedImage = { container: 'app', image: 'web:1' }
  expect(imagesNamed({ kind: 'service' }, [image])).toEqual([image])
})

test('those of `image` are shown; without any, all of the task definition', () => {
  const all = imagesToShip({ kind: 'file', path: 'td.json' }, registration, given)
  expect(imagesToShow(all)).toEqual([ofImage])
  const ofFile = imagesToShip({ kind: 'file', path: 'td.json' }, registration, new Map())
  expect(imagesToShow(ofFile).map(({ container }) => container)).toEqual(['agent', 'app', 'odd'])
})
