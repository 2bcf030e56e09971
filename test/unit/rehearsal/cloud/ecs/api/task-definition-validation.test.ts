import {
  cpuUnits,
  fitsFargate,
  memoryMib,
} from '../../../../../../rehearsal/cloud/ecs/api/task-definition-validation.ts'

test.each([
  ['256', 256],
  ['.25 vCPU', 256],
  ['1 vcpu', 1024],
  ['2vCPU', 2048],
])('reads %s as %i CPU units', (text, units) => {
  expect(cpuUnits(text)).toBe(units)
})

test.each([
  ['512', 512],
  ['.5 GB', 512],
  ['2GB', 2048],
])('reads %s as %i MiB', (text, mib) => {
  expect(memoryMib(text)).toBe(mib)
})

test.each(['', 'much', '1 core'])('%j is no size', (text) => {
  expect(cpuUnits(text)).toBeNaN()
  expect(memoryMib(text)).toBeNaN()
})

// AWS's table: Amazon ECS developer guide, "Fargate task definition: task CPU and memory".
test.each([
  ['256', '512', true],
  ['256', '3072', false],
  ['512', '1536', false],
  ['512', '4096', true],
  ['1 vCPU', '2 GB', true],
  ['1024', '1024', false],
  ['8192', '20480', true],
  ['8192', '17408', false],
  ['16384', '122880', true],
  ['300', '1024', false],
])('Fargate with %s CPU and %s memory: %s', (cpu, memory, fits) => {
  expect(fitsFargate({ family: 'web', containerDefinitions: [], cpu, memory })).toBe(fits)
})
