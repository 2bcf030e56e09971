import type { PackRequest } from '../../../actions/build-image/src/pack/pack-request.ts'
import type { TemporaryFolder } from '../../../actions/build-image/src/runner/temporary-folder.ts'
import { memoryRegistries } from './images.ts'

/** Packs an image FROM scratch, with an epoch of 1000 and for no destination. */
export const packRequest = (temporary: TemporaryFolder, more: Partial<PackRequest> = {}): PackRequest => ({
  labels: [],
  epoch: 1000,
  dockerfileImages: [],
  bases: [],
  registries: memoryRegistries(),
  destinations: [],
  sendAheadTo: [],
  temporary,
  ...more,
})
