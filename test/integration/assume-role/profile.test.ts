// What the README says of a profile beside exported credentials, of two programs that steps use: which keys sign.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'))
/** Access keys of the rehearsal's users, each the number of its account. */
const EXPORTED = '111111111111'
const OF_PROFILE = '222222222222'
let cloud: Cloud
beforeAll(async () => {
  cloud = await startCloud({})
  writeFileSync(
    join(folder, 'credentials'),
    `[runner]\naws_access_key_id = ${OF_PROFILE}\naws_secret_access_key = secret\n`,
  )
})
afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true })
})

const SDK = `
  import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
  console.log((await new STSClient().send(new GetCallerIdentityCommand())).Account)`
const PROGRAMS = {
  'AWS CLI': ['aws', 'sts', 'get-caller-identity', '--query', 'Account', '--output', 'text'],
  'AWS SDK for JavaScript': [process.execPath, '--input-type=module', '-e', SDK],
} as const

/** The account that a program works in, or its error. */
function account(program: keyof typeof PROGRAMS, variables: Readonly<Record<string, string>>): Promise<string> {
  const [command, ...args] = PROGRAMS[program]
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: cloud.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_ACCESS_KEY_ID: EXPORTED,
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...variables,
  }
  return new Promise((resolve) =>
    execFile(
      command,
      program === 'AWS CLI' ? [...args, '--endpoint-url', cloud.url] : args,
      { env, cwd: join(import.meta.dirname, '../../..') },
      (error, stdout, stderr) => resolve(error === null ? stdout.trim() : `error: ${stderr}`),
    ),
  )
}

test.each([
  ['no profile', {}, EXPORTED, EXPORTED],
  ['AWS_PROFILE that exists', { AWS_PROFILE: 'runner' }, EXPORTED, OF_PROFILE],
  [
    'AWS_PROFILE that does not exist',
    { AWS_PROFILE: 'gone' },
    'The config profile (gone) could not be found',
    'error: ',
  ],
  ['AWS_PROFILE that is empty', { AWS_PROFILE: '' }, 'The config profile () could not be found', EXPORTED],
  ['AWS_DEFAULT_PROFILE that exists', { AWS_DEFAULT_PROFILE: 'runner' }, EXPORTED, EXPORTED],
  ['AWS_DEFAULT_PROFILE that does not exist', { AWS_DEFAULT_PROFILE: 'gone' }, 'The config profile (gone)', EXPORTED],
  ['AWS_DEFAULT_PROFILE that is empty', { AWS_DEFAULT_PROFILE: '' }, 'The config profile ()', EXPORTED],
])('%s', async (_, variables, cli, sdk) => {
  const [ofCli, ofSdk] = await Promise.all([
    account('AWS CLI', variables),
    account('AWS SDK for JavaScript', variables),
  ])
  expect(ofCli).toContain(cli)
  expect(ofSdk).toContain(sdk)
})
