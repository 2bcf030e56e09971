import { InputError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { holdsSecret, isSecretName } from '../../../../toolkit/text/secret-looking.ts'

/**
 * Refuses a build argument that looks like a secret: build arguments are part of URLs, and everyone who can pull the image can
 * read them in its history. Errors do not repeat the value.
 */
export function refuseSecretArgs(buildArgs: readonly Pair[]): void {
  for (const { key, value } of buildArgs) {
    const reason = holdsSecret(value)
      ? 'whose value looks like a secret'
      : isSecretName(key) && !isHarmless(value)
        ? 'whose name looks like a secret'
        : undefined
    if (reason === undefined) continue
    throw new InputError('build-args', `has \`${key}\`, ${reason}: build arguments can be read in the image.`, {
      hint: `Pass it as \`secrets: ${key}=…\`, and use it with \`RUN --mount=type=secret,id=${key}\`. If it is not a secret, rename it.`,
    })
  }
}

/** A switch, a number or a placeholder. */
const isHarmless = (value: string) =>
  value.length < 8 || /^\d+$/.test(value) || /^(disabled|required|optional|dummy.*)$/i.test(value)
