// Parses image references for the whole rehearsal. Written apart from toolkit/image-reference.ts, for the reason in arn.ts.

import type { Scope } from './call.ts'

/** An image reference, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1@sha256:…`. */
export interface ImageReference {
  /** Empty for Docker Hub. */
  readonly host: string
  /** With the host, as it is written. */
  readonly repository: string
  /** `undefined` where the reference names none, which is `latest` if it has no digest either. */
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** Parses a reference. The first part is a host if it has a dot or a port, or is `localhost`. */
export function parseImage(image: string): ImageReference {
  const [named = '', digest] = image.split('@')
  const first = named.slice(0, Math.max(0, named.indexOf('/')))
  const host = /[.:]/.test(first) || first === 'localhost' ? first : ''
  const [, repository = named, tag] = /^(.*):([^/:]+)$/s.exec(named) ?? []
  return { host, repository, tag, digest }
}

const ECR_HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?[.-]([a-z0-9-]+)\./

/** Account and region of a private ECR registry, by the host that AWS gives those. */
export function ecrScopeOf(host: string): Scope | undefined {
  const [, account, region] = ECR_HOST.exec(host) ?? []
  return account === undefined || region === undefined ? undefined : { account, region }
}

/** Whether an image is in a private ECR registry, by the host that AWS gives those. */
export const isInEcr = (image: string): boolean => ecrScopeOf(parseImage(image).host) !== undefined
