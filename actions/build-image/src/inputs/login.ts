import { InputError } from '../../../../toolkit/errors.ts'
import { DOCKER_HUB, requireRepository } from '../../../../toolkit/image-reference.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/** User name and password from the inputs, and the registry's host that they are for. */
export interface Login {
  readonly host: string
  readonly username: string
  readonly password: string
}

/** Reads `registry`, `username` and `password`. @throws InputError when one of them is missing. */
export function readLogin(reader: InputReader): Login | undefined {
  const username = reader.text('username')
  const password = reader.raw('password')
  const registry = reader.text('registry')
  if (username === undefined && password === '') {
    if (registry === undefined) return undefined
    throw new InputError('username', 'is missing, though `registry` is set.', {
      hint: 'Set `username` and `password` too. ECR needs none of the three.',
    })
  }
  if (username === undefined || password === '') {
    const missing = username === undefined ? 'username' : 'password'
    throw new InputError(missing, 'is missing; `username` and `password` go together.', {
      hint: 'If it comes from a secret, check the secret’s name: an unknown one is empty.',
    })
  }
  const { host } = requireRepository(`${registry ?? DOCKER_HUB}/any`, 'registry')
  return { host, username, password }
}
