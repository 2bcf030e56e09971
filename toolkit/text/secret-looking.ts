// What looks like a secret. Refusing a value must be right; hiding one may be one too many.

const SECRET_NAME =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(_|$)/i
// Not PWD and OLDPWD: the shell's folders.
const PERHAPS_SECRET_NAME = /pass|(?<!^|^old)pwd|secret|token|credential|private|api_?key|access_?key|auth|dsn|\bkey\b/i
// What the services themselves prefix their secrets with.
const SECRET = String.raw`(gh[pousr]_|github_pat_|glpat-|npm_[A-Za-z0-9]{20}|xox[abpr]-|sk_live_|sk-[A-Za-z0-9]{20}|(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])|eyJ[\w-]+\.eyJ|-----BEGIN .*PRIVATE KEY)`
const SECRET_WITHIN = new RegExp(String.raw`(^|[^\w-])${SECRET}`)

/** Whether a name says that its value is a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** Whether a value is better not shown: its name may mean a secret, or one is somewhere in it. */
export const isBetterHidden = (name: string, value: string): boolean =>
  PERHAPS_SECRET_NAME.test(name) || holdsSecret(value)

/** Whether there is a secret somewhere in a text, by the look of it. */
export const holdsSecret = (text: string): boolean => SECRET_WITHIN.test(text)
