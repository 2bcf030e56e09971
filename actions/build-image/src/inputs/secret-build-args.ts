import { InputError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { holdsSecret, isSecretName } from '../../../../toolkit/secret-looking.ts'

/**
 * Refuses a build argument that looks like a secret: arguments travel in URLs, and stay readable in the image's history for
 * everyone who can pull it. The value is not repeated.
 */
export function refuseSecretArgs(buildArgs: readonly Pair[]): void {
  for (const { key, value } of buildArgs) {
    const reason = holdsSecret(value)
      ? 'whose value looks like a secret'
      : isSecretName(key) && !isHarmless(value)
        ? 'which looks like a secret by its name'
        : undefined
    if (reason === undefined) continue
    throw new InputError('build-args', `has \`${key}\`, ${reason}: build arguments stay readable in the image.`, {
      hint: `Pass it as \`secrets: ${key}=…\`, and use it with \`RUN --mount=type=secret,id=${key}\`. If it is none, give it another name.`,
    })
  }
}

/** A switch, a number or a placeholder. */
const isHarmless = (value: string) =>
  value.length < 8 || /^\d+$/.test(value) || /^(disabled|required|optional|dummy.*)$/i.test(value)
