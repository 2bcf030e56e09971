import type { BuildInputs } from '../../../actions/build-image/src/inputs/build-inputs.ts'
import { type Inputs, readInputs } from '../../../actions/build-image/src/inputs/inputs.ts'
import { actionInputs } from '../action-inputs.ts'

export const ECR_IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web'

/** The build inputs of an image that is pushed to ghcr.io/acme/web:v1. `inputs` are named as in `with:`. */
export const buildInputs = (inputs: Readonly<Record<string, string>>): BuildInputs =>
  readInputs(actionInputs('build-image', { images: 'ghcr.io/acme/web', tags: 'v1', ...inputs })).build

/** All inputs, of a run for the commit c0ffee. */
export const readStep = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Inputs =>
  readInputs({
    GITHUB_SHA: 'c0ffee',
    ...actionInputs('build-image', inputs, env['GITHUB_SHA'] ?? 'c0ffee'),
    ...env,
  })

/** The error of an input that is refused: it names the input, says what was found, and what to write instead. */
export const refusal = (input: string, message: string) =>
  expect.objectContaining({ input, message: expect.stringContaining(message), hint: expect.any(String) })
