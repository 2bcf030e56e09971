import { readCommandLine } from '../../../../rehearsal/step/command-line.ts'

const read = (...args: string[]) => readCommandLine(args, ['build-image', 'deploy-ecs'])

it('reads the action, its inputs and variables; a value may hold an equals sign', () => {
  expect(read('deploy-ecs', 'service=web', 'image=', 'secrets=A=b', '--env', 'X=y=z', '--env', 'E=')).toEqual({
    help: false,
    action: 'deploy-ecs',
    inputs: { service: 'web', image: '', secrets: 'A=b' },
    env: { X: 'y=z', E: '' },
    cloud: undefined,
    runtime: 'docker',
  })
})

it.each([
  [[], 'Name an action first: build-image, deploy-ecs.'],
  [['deploy'], "'deploy' is none of them"],
  [['deploy-ecs', 'service'], "An input is written name=value, not 'service'."],
  [['deploy-ecs', '=web'], "An input is written name=value, not '=web'."],
  [['deploy-ecs', '--env', 'X'], "--env takes NAME=VALUE, not 'X'."],
  [['deploy-ecs', '--cloud', '4566'], '--cloud takes an address such as http://127.0.0.1:4566'],
  [['deploy-ecs', '--cloud', 'http://a', '--runtime', 'simulated'], '--runtime is for a new cloud'],
  [['deploy-ecs', '--clod', 'http://a'], '--clod'],
])('refuses %j', (args, message) => {
  expect(() => read(...args)).toThrow(message)
})
