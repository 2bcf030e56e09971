import { ECR_IMAGE, readStep, refusal } from '../../../support/build-image/build-inputs.ts'

const login = (inputs: Readonly<Record<string, string>>) => readStep({ images: ECR_IMAGE, ...inputs }).login

test('is for the registry of the input, or else for Docker Hub', () => {
  const user = { username: 'me', password: ' with spaces ' }
  expect(login({ ...user, registry: 'ghcr.io' })).toEqual({ host: 'ghcr.io', ...user })
  expect(login(user)).toEqual({ host: 'docker.io', ...user })
  expect(login({ ...user, registry: 'index.docker.io' })).toEqual({ host: 'docker.io', ...user })
  expect(login({})).toBeUndefined()
})

test.each<[Record<string, string>, string, string]>([
  [{ registry: 'ghcr.io' }, 'username', 'is missing, though `registry` is set.'],
  [{ username: 'me' }, 'password', 'is missing; `username` and `password` go together.'],
  [{ password: 'hunter2hunter2' }, 'username', 'is missing; `username` and `password` go together.'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => login(inputs)).toThrow(refusal(input, message))
})
