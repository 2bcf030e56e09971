import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { treatProfile } from '../../../actions/assume-role/src/profile.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { fakeRunner } from './fake-runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'))
afterAll(() => rmSync(folder, { recursive: true }))
const FILES = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
writeFileSync(
  FILES.AWS_CONFIG_FILE,
  '[default]\nregion = eu-west-1\n[profile  "of config"]\n[ profile runner ] # x\n[other]\n',
)
writeFileSync(FILES.AWS_SHARED_CREDENTIALS_FILE, '[of-credentials]\naws_access_key_id = AKIA\n')

function treated(env: Readonly<Record<string, string>>, clear = false) {
  const { world, warnings, lines } = recordingWorld({ ...FILES, ...env })
  const { runner, exported } = fakeRunner()
  treatProfile(clear, world, runner)
  return { warnings, lines, exported }
}

test.each(['runner', 'of config', 'of-credentials', 'default'])(
  'warns of AWS_PROFILE, which some actions prefer to the credentials: %s',
  (profile) => {
    const { warnings, exported } = treated({ AWS_PROFILE: profile })
    expect(warnings).toEqual([expect.stringContaining(`AWS_PROFILE is \`${profile}\` in this job.`)])
    expect(warnings[0]).toContain('aws-actions/amazon-ecr-login, use the profile')
    expect(warnings[0]).toContain('`clear-aws-profile: true`')
    expect(exported).toEqual({})
  },
)

test.each(['gone', 'other', 'profile runner'])(
  'warns that programs fail with a profile that is not there: %s',
  (profile) => {
    const { warnings } = treated({ AWS_PROFILE: profile })
    expect(warnings).toEqual([
      expect.stringContaining(`AWS_PROFILE is \`${profile}\` in this job, and this runner has no such profile.`),
    ])
    expect(warnings[0]).toContain('Terraform')
  },
)

test('warns of AWS_DEFAULT_PROFILE only where it names no profile: then the AWS CLI and boto3 fail', () => {
  expect(treated({ AWS_DEFAULT_PROFILE: 'runner' }).warnings).toEqual([])
  const { warnings } = treated({ AWS_DEFAULT_PROFILE: 'gone' })
  expect(warnings).toEqual([expect.stringContaining('AWS_DEFAULT_PROFILE is `gone`')])
  expect(warnings[0]).not.toContain('Terraform')
})

test.each([{}, { AWS_PROFILE: '' }, { AWS_PROFILE: '', AWS_DEFAULT_PROFILE: '' }])(
  'says nothing of no profile: %p',
  (env) => {
    for (const clear of [false, true]) expect(treated(env, clear)).toEqual({ warnings: [], lines: [], exported: {} })
  },
)

test('exports empty what is set, and nothing else: the AWS CLI and boto3 fail with an empty profile', () => {
  const { exported, warnings, lines } = treated({ AWS_PROFILE: 'runner' }, true)
  expect(exported).toEqual({ AWS_PROFILE: '' })
  expect(warnings).toEqual([])
  expect(lines).toEqual([
    expect.stringMatching(
      /^Exported AWS_PROFILE empty \(it was `runner`\).*The config profile \(\) could not be found/,
    ),
  ])
  expect(treated({ AWS_PROFILE: 'gone', AWS_DEFAULT_PROFILE: 'x' }, true).exported).toEqual({
    AWS_PROFILE: '',
    AWS_DEFAULT_PROFILE: '',
  })
})

test('takes the files of the home folder without variables for them', () => {
  const { warnings } = treated({
    AWS_CONFIG_FILE: '',
    AWS_SHARED_CREDENTIALS_FILE: '',
    HOME: join(folder, 'none'),
    AWS_PROFILE: 'runner',
  })
  expect(warnings).toEqual([expect.stringContaining('has no such profile')])
})
