import type { DatadogKeys } from './datadog/index.ts'

interface CloudFacts {
  readonly url: string
  readonly account: string
  readonly region: string
  readonly datadog: DatadogKeys
}

/** Environment variables that point AWS, GitHub and Datadog tools at a rehearsal cloud. */
export function environmentOf({ url, account, region, datadog }: CloudFacts): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    // The cloud takes an account's number as the access key of that account's user.
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // This machine has no EC2 metadata service. Without this variable tools would wait for it.
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_API_URL: `${url}/github`,
    DD_URL: url,
    // Wins over a workflow's `site`, as AWS_ENDPOINT_URL wins over its region.
    SLIPWAY_DATADOG_URL: url,
    DD_API_KEY: datadog.api,
    DD_APP_KEY: datadog.app,
  }
}
