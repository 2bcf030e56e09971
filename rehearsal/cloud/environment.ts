import type { DatadogKeys } from './datadog/index.ts'

interface CloudFacts {
  readonly url: string
  readonly account: string
  readonly region: string
  readonly datadog: DatadogKeys
}

/** The environment that points AWS's, GitHub's and Datadog's own tools at a rehearsal cloud. */
export function environmentOf({ url, account, region, datadog }: CloudFacts): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    // An access key that is an account's number is that account's own user.
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // Nothing on this machine answers for EC2's metadata; without this, tools wait for it.
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_API_URL: `${url}/github`,
    DD_URL: url,
    DD_API_KEY: datadog.api,
    DD_APP_KEY: datadog.app,
  }
}
