import type { Content, S3Objects } from '../../../actions/terraform-apply/src/state/s3-objects.ts'
import { StateStore } from '../../../actions/terraform-apply/src/state/state-store.ts'

const failed = (name: string) => Object.assign(new Error(name), { name })

/** Objects in memory, with S3's conditions. The key of the state is `key`. */
export function fakeStore(texts: Readonly<Record<string, string>> = {}) {
  const objects = new Map(Object.entries(texts))
  const etag = (text: string) => `"${text}"`
  const s3 = {
    async get(key: string) {
      const text = objects.get(key)
      if (text === undefined) throw failed('NoSuchKey')
      return { text, etag: etag(text) }
    },
    async put(key: string, { Body, IfMatch, IfNoneMatch }: Content) {
      const text = objects.get(key)
      const refused = IfMatch === undefined ? IfNoneMatch === '*' && text !== undefined : IfMatch !== etag(text ?? '')
      if (refused) throw failed('PreconditionFailed')
      objects.set(key, String(Body))
    },
    async delete(key: string, expected: string) {
      const text = objects.get(key)
      if (text === undefined) throw failed('NoSuchKey')
      if (etag(text) !== expected) throw failed('PreconditionFailed')
      objects.delete(key)
    },
  }
  const store = new StateStore('bucket', 'key', async () => s3 as unknown as S3Objects)
  return { store, objects, s3 }
}
