import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'

test('removes the inputs of the action from the environment of child processes', () => {
  expect(
    childEnvironment({ PATH: '/bin', INPUT_PASSWORD: 'secret', 'INPUT_BUILD-ARGS': 'a=b', MY_INPUT_: 'x' }),
  ).toEqual({
    PATH: '/bin',
    MY_INPUT_: 'x',
  })
})
