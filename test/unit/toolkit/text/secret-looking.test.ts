import { holdsSecret, isBetterHidden, isSecretName } from '../../../../toolkit/text/secret-looking.ts'

test.each(['DB_PASSWORD', 'API_KEY', 'APIKEY', 'github_token', 'SECRET', 'AWS_SECRET_ACCESS_KEY', 'SSH_PRIVATE_KEY'])(
  '%s is the name of a secret',
  (name) => expect(isSecretName(name)).toBe(true),
)

// To refuse one of these would stop a build that has no secret.
test.each(['VERSION', 'TOKENIZER', 'PASSWORDLESS', 'PUBLIC_KEY', 'KEY', 'AUTHOR', 'SECRETS_ARE_ELSEWHERE'])(
  '%s is not the name of a secret',
  (name) => expect(isSecretName(name)).toBe(false),
)

const PREFIXED = [
  `ghp_${'x'.repeat(36)}`,
  `github_pat_${'x'.repeat(22)}`,
  'glpat-xxxxxxxxxxxxxxxxxxxx',
  `npm_${'x'.repeat(36)}`,
  'xoxb-1-2-x',
  'sk_live_x',
  `sk-${'x'.repeat(20)}`,
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
  '-----BEGIN RSA PRIVATE KEY-----',
]

test.each(PREFIXED)('finds the secret in a text: %s', (secret) => {
  expect(holdsSecret(secret)).toBe(true)
  expect(holdsSecret(`https://user:${secret}@host`)).toBe(true)
})

test.each(PREFIXED.filter((secret) => /^\w/.test(secret)))('finds no secret in a word that ends with %s', (secret) => {
  expect(holdsSecret(`some-${secret}`)).toBe(false)
  expect(holdsSecret(`x${secret}`)).toBe(false)
})

test.each(['', 'task-sk-short', 'sk-short', 'AKIA', 'AKIAIOSFODNN7EXAMPLELONGER', 'eyJonly', 'BEGIN PUBLIC KEY'])(
  'finds no secret in %j',
  (text) => expect(holdsSecret(text)).toBe(false),
)

test.each([
  ['PGPASSFILE', 'x'],
  ['SENTRY_DSN', 'x'],
  ['MYSQL_PWD', 'x'],
  ['basic-auth', 'x'],
  ['signing key', 'x'],
  ['URL', `https://ghp_${'x'.repeat(36)}@github.com`],
])('hides the value of %s: its name may mean a secret, or one is in it', (name, value) => {
  expect(isBetterHidden(name, value)).toBe(true)
})

test.each([
  ['URL', 'https://example.com'],
  ['MONKEY', 'x'],
  ['PWD', '/app'],
  ['OLDPWD', '/app'],
])('shows the value of %s', (name, value) => {
  expect(isBetterHidden(name, value)).toBe(false)
})
