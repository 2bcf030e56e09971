import type { BuildInputs } from '../../../actions/build-image/src/inputs/build-inputs.ts'
import { readInputs } from '../../../actions/build-image/src/inputs/inputs.ts'

/** The build inputs of an image that is pushed to ghcr.io/acme/web:v1. `inputs` are named as in `with:`. */
export const buildInputs = (inputs: Readonly<Record<string, string>>): BuildInputs =>
  readInputs({
    INPUT_IMAGES: 'ghcr.io/acme/web',
    INPUT_TAGS: 'v1',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  }).build
