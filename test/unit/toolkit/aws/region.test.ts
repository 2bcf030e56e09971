import { inRegion, readRegion } from '../../../../toolkit/aws/region.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'

const read = (value: string) => readRegion(new InputReader({ 'INPUT_AWS-REGION': value }))

test.each(['eu-west-1', 'us-gov-east-1', 'ap-southeast-2', 'cn-north-1', 'eusc-de-east-1'])(
  '%s is a region',
  (name) => {
    expect(read(name)).toBe(name)
  },
)

test('is undefined without the input', () => {
  expect(read('')).toBeUndefined()
})

test.each(['eu-west-1a', 'Ireland', 'EU-WEST-1', 'eu_west_1', 'eu-west'])('refuses %s', (name) => {
  expect(() => read(name)).toThrow(`Input \`aws-region\` is \`${name}\`, which is not the name of a region.`)
})

test('replaces the region of the environment under both of its names', () => {
  const world = { env: { AWS_REGION: 'us-east-1', PATH: '/bin' } } as unknown as World
  expect(inRegion(world, 'eu-west-1').env).toEqual({
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    PATH: '/bin',
  })
  expect(inRegion(world, undefined)).toBe(world)
})
