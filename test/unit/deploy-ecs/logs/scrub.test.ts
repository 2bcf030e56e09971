import { scrubber } from '../../../../actions/deploy-ecs/src/logs/scrub.ts'
import { secretForms } from '../../../support/secret-forms.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRf'
const env = { AWS_SECRET_ACCESS_KEY: SECRET, GITHUB_SHA: 'abc123abc123', EMPTY_TOKEN: '' }
const containers = [
  {
    name: 'app',
    environment: [
      { name: 'DB_PASSWORD', value: 'correct horse' },
      { name: 'FEATURE_TOKEN', value: 'true' },
      { name: 'LOG_LEVEL', value: 'information' },
      { name: 'DATABASE_URL', value: 'postgres://web:p@ss-word@db:5432/web' },
      { name: 'SIGNING_PRIVATE_KEY', value: 'first line\nsecond line' },
    ],
  },
  { name: 'agent' },
]
const scrub = scrubber(env, containers)

test.each(secretForms(SECRET))('hides a secret of the step in the form %s', (form) => {
  expect(scrub(`key ${form}!`)).toBe('key ***!')
})

test.each([
  ['a password of a container', 'login with correct horse failed', 'login with *** failed'],
  ['its form in a URL', 'GET /?p=correct%20horse', 'GET /?p=***'],
  ['the password of a URL alone', 'auth as web failed: p@ss-word', 'auth as web failed: ***'],
  ['each line of a secret', 'second line', '***'],
])('hides %s', (_, line, expected) => {
  expect(scrub(line)).toBe(expected)
})

test.each(['PGPASSWORD', 'MYSQL_PWD', 'SENTRY_DSN', 'DB_PASS', 'AUTH_HEADER'])(
  'hides the value of %s, a variable of a container',
  (name) => {
    const own = scrubber({}, [{ environment: [{ name, value: 'correct-horse' }] }])
    expect(own('refused: correct-horse')).toBe('refused: ***')
  },
)

test('shows a variable of the step whose name only may mean a secret', () => {
  const own = scrubber({ SSH_AUTH_SOCK: '/tmp/agent.sock' }, [])
  expect(own('no agent at /tmp/agent.sock')).toBe('no agent at /tmp/agent.sock')
})

// Without a bound on names, the patterns need minutes for such a line.
test.each(['a', 'a.', 'token', '"token', 'a-'])(
  'a line of 200 KB of %j stays, and a secret after it is hidden',
  (part) => {
    const long = part.repeat(200_000 / part.length)
    expect(scrub(long)).toBe(long)
    expect(scrub(`${long} password=hunter2`)).toBe(`${long} password=***`)
  },
)

test.each([
  ['postgres://web:other-password@db/web', 'postgres://web:***@db/web'],
  ['redis://:p@ss@cache:6379', 'redis://:***@cache:6379'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ***'],
  ['run --password=hunter2 --verbose', 'run --password=*** --verbose'],
  ['Password=hunter2;Server=db', 'Password=***;Server=db'],
  ['{"apiToken": "hunter2", "user": "web"}', '{"apiToken": "***", "user": "web"}'],
  [`${'x'.repeat(100)}_TOKEN=hunter2`, `${'x'.repeat(100)}_TOKEN=***`],
  [`token ghp_${'x'.repeat(36)} used`, 'token *** used'],
  ['using AKIAIOSFODNN7EXAMPLE', 'using ***'],
  ['https://hooks.slack.com/services/T0/B0/xyz failed', 'https://hooks.slack.com/services/*** failed'],
])('hides what looks like a secret: %s', (line, expected) => {
  expect(scrub(line)).toBe(expected)
})

test.each([
  'Error: invalid token: unexpected end of input',
  'listening on http://0.0.0.0:8080/health',
  'the feature is true at abc123abc123, level information',
  '  at Object.<anonymous> (/app/server.js:12:34)',
  '',
])('leaves %j as it is', (line) => {
  expect(scrub(line)).toBe(line)
})

test('hides a secret with half of a letter, which no URL can hold', () => {
  const own = scrubber({}, [{ environment: [{ name: 'DB_PASSWORD', value: 'correct-\ud835-horse' }] }])
  expect(own('it is correct-\ud835-horse')).not.toContain('horse')
})
