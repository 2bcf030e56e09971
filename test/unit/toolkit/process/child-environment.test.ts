import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'

test('child processes get no inputs of the action', () => {
  expect(
    childEnvironment({ PATH: '/bin', INPUT_PASSWORD: 'secret', 'INPUT_BUILD-ARGS': 'a=b', MY_INPUT_: 'x' }),
  ).toEqual({
    PATH: '/bin',
    MY_INPUT_: 'x',
  })
})
