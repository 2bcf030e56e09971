import { policyAllows } from '../accounts/resource-policy.ts'
import type { Caller } from '../kernel/call.ts'
import { accessDenied, bucketNotEmpty, bucketOwned, bucketTaken, invalidBucketName, noSuchBucket } from './errors.ts'
import type { Bucket } from './model.ts'

const NAME = /^(?!xn--|sthree-)(?=.{3,63}$)[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*(?<!-s3alias)$/

/** All buckets. Names are global, and each bucket belongs to the account that created it. */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>()

  of(account: string): readonly Bucket[] {
    return [...this.#buckets.values()].filter((bucket) => bucket.account === account)
  }

  /** Finds a bucket for `action`. Throws for one of another account whose policy does not allow the caller. */
  open(name: string, caller: Caller, action: string): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw noSuchBucket(name)
    const policy = bucket.settings.get('policy')?.toString()
    if (bucket.account !== caller.account && !policyAllows(policy, caller, `s3:${action}`)) throw accessDenied()
    return bucket
  }

  create(name: string, { account, region }: Caller, now: number): void {
    if (!NAME.test(name)) throw invalidBucketName(name)
    const there = this.#buckets.get(name)
    if (there !== undefined && there.account !== account) throw bucketTaken(name)
    if (there !== undefined) {
      // Only us-east-1 lets the owner create an existing bucket again.
      if (region === 'us-east-1' && there.region === region) return
      throw bucketOwned(name)
    }
    this.#buckets.set(name, {
      name,
      account,
      region,
      createdAt: now,
      versioning: undefined,
      settings: new Map(),
      keys: new Map(),
      deletions: new Map(),
    })
  }

  delete(bucket: Bucket): void {
    if (bucket.keys.size > 0) throw bucketNotEmpty(bucket.name)
    this.#buckets.delete(bucket.name)
  }
}
