/** The environment that points AWS's, Datadog's and GitHub's own tools at a rehearsal cloud. */
export function environmentOf(cloud: { url: string; account: string; region: string }): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: cloud.url,
    // An access key that is an account's number is that account's own user.
    AWS_ACCESS_KEY_ID: cloud.account,
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
  }
}
