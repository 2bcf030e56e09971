// The action and one call of an SDK client on a network that leads to AWS only through a proxy. `internet.ts` is the proxy and a
// TLS server with the name of STS; the rehearsal cloud answers behind it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { rootCertificates } from 'node:tls'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { main } from '../../../actions/assume-role/src/main.ts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { type Host, type Internet, pass, startInternet } from '../../support/internet.ts'
import { jobClaims, jwt } from '../../support/oidc.ts'

const STS = 'sts.eu-west-1.amazonaws.com'
/** A host that no DNS knows: a direct request fails. */
const ELSEWHERE = 'sts.example.invalid'
const ROLE = 'arn:aws:iam::222222222222:role/deploy'
let cloud: Cloud
let internet: Internet
/** Requests that reached STS through the proxy. */
let tunnelled: number
beforeAll(async () => {
  cloud = await startCloud({ account: '222222222222' })
  const { host, port } = new URL(cloud.url)
  const answer: Host = (request, response) => {
    tunnelled++
    pass(request, response, { port: Number(port), host })
  }
  internet = await startInternet({ [STS]: answer, [ELSEWHERE]: answer })
})
beforeEach(() => {
  tunnelled = 0
})
afterAll(async () => {
  await internet.close()
  await cloud.close()
})

const network = () => ({ HTTPS_PROXY: internet.env.HTTPS_PROXY, AWS_CA_BUNDLE: internet.env.NODE_EXTRA_CA_CERTS })

test('calls STS through the proxy, and trusts the certificates of AWS_CA_BUNDLE', async () => {
  const { world, outputs } = recordingWorld({
    ...network(),
    ...actionInputs('assume-role', { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1' }),
    ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
  })
  await main(world, { idToken: async () => jwt(jobClaims()), exportVariable: () => {} })
  expect(outputs).toMatchObject({ 'aws-account-id': '222222222222' })
  // AssumeRoleWithWebIdentity and GetCallerIdentity.
  expect(tunnelled).toBe(2)
})

test('calls a host of NO_PROXY directly', async () => {
  const endpoint = `https://${ELSEWHERE}`
  const direct = clientOf({ ...network(), NO_PROXY: 'other.invalid, .example.invalid' }, endpoint)
  await expect(direct.send(new GetCallerIdentityCommand())).rejects.toThrow(/getaddrinfo/)
  expect(tunnelled).toBe(0)
  const proxied = clientOf({ ...network(), NO_PROXY: 'other.invalid' }, endpoint)
  expect(await proxied.send(new GetCallerIdentityCommand())).toMatchObject({ Account: '222222222222' })
  expect(tunnelled).toBe(1)
})

test('refuses a connection without the certificate, and does not try again', async () => {
  const sts = clientOf({ HTTPS_PROXY: internet.env.HTTPS_PROXY })
  await expect(sts.send(new GetCallerIdentityCommand())).rejects.toThrow(/self-signed certificate/)
  expect(tunnelled).toBe(0)
})

test('trusts the certificates of NODE_EXTRA_CA_CERTS beside those of AWS_CA_BUNDLE', async () => {
  const program = `
    import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
    import { awsConfig } from './toolkit/aws/aws-config.ts'
    const sts = new STSClient(awsConfig(process.env))
    console.log((await sts.send(new GetCallerIdentityCommand())).Account)
    process.exit()`
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bundle-'))
  const other = join(folder, 'other.pem')
  writeFileSync(other, rootCertificates[0] ?? '')
  try {
    for (const bundle of ['', other]) {
      const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
        cwd: join(import.meta.dirname, '../../..'),
        env: {
          PATH: process.env['PATH'],
          ...internet.env,
          AWS_CA_BUNDLE: bundle,
          AWS_REGION: 'eu-west-1',
          AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
          AWS_SECRET_ACCESS_KEY: 'secret',
        },
      })
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
      expect({ stdout, stderr }).toEqual({ stdout: '222222222222\n', stderr: '' })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const clientOf = (env: Readonly<Record<string, string>>, endpoint = `https://${STS}`) =>
  new STSClient({
    ...awsConfig(env, 'eu-west-1'),
    endpoint,
    maxAttempts: 2,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  })
