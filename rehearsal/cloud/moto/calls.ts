import type { Answer, Members, Scope } from '../kernel/call.ts'
import type { Moto } from './moto.ts'

/** Calls a JSON service of moto for an account. Rejects with the service's error. */
export async function askJson(moto: Moto, scope: Scope, target: string, input: Members): Promise<Members> {
  const service = SERVICES[target.slice(0, target.indexOf('.'))] ?? ''
  const answer = await ask(moto, scope, service, {
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  })
  const output = JSON.parse(String(answer.body) || '{}') as Members
  if (answer.status < 400) return output
  const code = String(output['__type']).replace(/^.*#/, '')
  throw Object.assign(new Error(`${code}: ${output['message'] ?? output['Message'] ?? ''}`), { name: code })
}

/** Calls EC2. Returns the XML of the response. */
export async function askEc2(moto: Moto, scope: Scope, parameters: Readonly<Record<string, string>>): Promise<string> {
  const answer = await ask(moto, scope, 'ec2', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  })
  return String(answer.body)
}

// The service behind each prefix of X-Amz-Target that the cloud itself asks.
const SERVICES: Readonly<Record<string, string>> = {
  Logs_20140328: 'logs',
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function ask(moto: Moto, { account, region }: Scope, service: string, { headers, body }: Asked): Promise<Answer> {
  const credential = `${account}/20260101/${region}/${service}/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`
  return moto.forward(
    {
      method: 'POST',
      url: new URL(`http://${service}/`),
      headers: { ...headers, authorization },
      body: Buffer.from(body),
    },
    { account, region },
  )
}
