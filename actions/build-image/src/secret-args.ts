import { InputError } from '../../../toolkit/errors.ts'
import type { Pair } from '../../../toolkit/inputs.ts'

const SECRET_NAME =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(_|$)/i
// What the services themselves prefix their secrets with.
const SECRET_VALUE =
  /^(gh[pousr]_|github_pat_|glpat-|npm_[A-Za-z0-9]{20}|xox[abpr]-|sk_live_|sk-[A-Za-z0-9]{20}|(AKIA|ASIA)[A-Z0-9]{16}$|eyJ[\w-]+\.eyJ|-----BEGIN .*PRIVATE KEY)/

/**
 * Refuses a build argument that looks like a secret: arguments travel in URLs, and stay readable in the image's history for
 * everyone who can pull it. The value is not repeated.
 */
export function refuseSecretArgs(buildArgs: readonly Pair[]): void {
  for (const { key, value } of buildArgs) {
    const reason = SECRET_VALUE.test(value)
      ? 'whose value looks like a secret'
      : SECRET_NAME.test(key) && !isHarmless(value)
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
