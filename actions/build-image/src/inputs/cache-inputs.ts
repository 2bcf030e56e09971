import { InputError } from '../../../../toolkit/errors.ts'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/**
 * Reads `cache-from` or `cache-to`: image references, or cache options of buildx such as `type=registry,ref=…`. buildx checks
 * its options; the references are checked here, as their registries may need a login.
 */
export function readCaches(reader: InputReader, name: 'cache-from' | 'cache-to'): readonly string[] {
  const caches = reader.entries(name)
  for (const cache of caches) {
    const image = cacheImage(cache)
    if (image !== undefined) requireReference(image, name)
    else if (!/(^|,)type=[a-z0-9]/.test(cache)) {
      throw new InputError(name, `has \`${cache}\`, which names neither an image nor a type.`, {
        hint: 'Write an image, or `type=registry,ref=<image>`, `type=gha`, `type=local,…` as for `docker buildx build`.',
      })
    }
  }
  return caches
}

/** Reference of the image that a cache is stored in; `undefined` for other cache types. */
export function cacheImage(cache: string): string | undefined {
  if (!cache.includes('=')) return cache
  return /(?:^|,)ref=([^,]+)/.exec(cache)?.[1]
}
