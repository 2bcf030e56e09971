import { type BuildInputs, buildxInputs } from '../inputs/build-inputs.ts'
import type { Dockerfile } from '../sources/dockerfile.ts'

export interface EngineChoice {
  readonly engine: 'docker' | 'buildx'
  readonly reason: string
}

/** Chooses the Docker Engine API, unless an input or the Dockerfile needs buildx. */
export function chooseEngine(build: BuildInputs, dockerfile: Dockerfile): EngineChoice {
  if (build.engine !== 'auto') return { engine: build.engine, reason: 'set by input `engine`' }
  const needs = buildxInputs(build)[0]
  if (needs !== undefined) return { engine: 'buildx', reason: `${needs} needs it` }
  if (dockerfile.needsBuildKit !== undefined) {
    return { engine: 'buildx', reason: `the Dockerfile uses ${dockerfile.needsBuildKit}` }
  }
  return { engine: 'docker', reason: 'nothing needs buildx' }
}
