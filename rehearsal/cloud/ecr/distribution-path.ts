/** A parsed path of the OCI distribution API. */
export interface Path {
  readonly kind: 'base' | 'catalog' | 'tags' | 'manifest' | 'blob' | 'upload'
  /** The repository's name; '' without one. */
  readonly name: string
  /** A tag or a digest; '' without one. */
  readonly reference: string
  /** The rest of the path, after the repository's name. */
  readonly tail: string
}

const PATTERNS: readonly (readonly [Path['kind'], RegExp])[] = [
  ['base', /^\/v2\/?()()()$/],
  ['catalog', /^\/v2\/_catalog()()()$/],
  ['tags', /^\/v2\/(.+?)\/(tags\/list)()$/],
  ['manifest', /^\/v2\/(.+?)\/(manifests\/([^/]+))$/],
  ['upload', /^\/v2\/(.+?)\/(blobs\/uploads\/([^/]*))$/],
  ['blob', /^\/v2\/(.+?)\/(blobs\/([^/]+))$/],
]

export function readPath(pathname: string): Path | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(pathname)
    if (match === null) continue
    const [, name = '', tail = '', reference = ''] = match
    return { kind, name, tail, reference }
  }
  return undefined
}
