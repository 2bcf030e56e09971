const ECR_HOST =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn|[a-z0-9.-]*ic\.gov|[a-z0-9.-]*sgov\.gov)$/

/** What the host name of a private ECR registry says. */
export function parseEcrHost(host: string): { account: string; region: string } | undefined {
  const [, account, region] = ECR_HOST.exec(host) ?? []
  return account === undefined || region === undefined ? undefined : { account, region }
}

export const isEcrPublic = (host: string): boolean => host === 'public.ecr.aws'
