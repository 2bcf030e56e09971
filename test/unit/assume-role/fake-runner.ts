import type { Runner } from '../../../actions/assume-role/src/runner.ts'

/** A runner that issues this token, or fails to, and keeps what is exported. */
export function fakeRunner(idToken: Runner['idToken'] = async () => 'the-token-of-the-job') {
  const exported: Record<string, string> = {}
  const audiences: string[] = []
  const runner: Runner = {
    idToken: (audience) => {
      audiences.push(audience)
      return idToken(audience)
    },
    exportVariable: (name, value) => {
      exported[name] = value
    },
  }
  return { runner, exported, audiences }
}
