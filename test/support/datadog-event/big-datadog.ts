import { answerJson, type Script } from '../scripted-server.ts'

/** A monitor with many groups as Datadog writes it, options and all: some hundred bytes for each group. */
function bigMonitor(id: number, groups: number, stateOf: (group: number) => string): string {
  const written = Array.from({ length: groups }, (_, i) => {
    const name = `service:web,host:ip-10-0-${id % 256}-${i}.eu-west-1.compute.internal,availability-zone:eu-west-1a`
    const status = stateOf(i)
    const at = status === 'OK' ? null : 1_767_225_700
    return `${JSON.stringify(name)}:${JSON.stringify({
      name,
      status,
      last_triggered_ts: at,
      last_resolved_ts: null,
      last_nodata_ts: null,
      last_notified_ts: at,
    })}`
  })
  return `{"id":${id},"name":"Monitor ${id}","type":"query alert","query":"avg(last_5m):avg:web.errors{service:web} by {host} > 5","message":${JSON.stringify('Errors are high. '.repeat(20))},"tags":["service:web","env:production"],"multi":true,"overall_state":"OK","options":{"silenced":{},"thresholds":{"critical":5,"warning":3}},"matching_downtimes":[],"state":{"groups":{${written.join(',')}}}}`
}

/** An organisation of many monitors, each page made when it is asked for. */
export function bigDatadog(
  monitors: number,
  groups: number,
  stateOf: (monitor: number, group: number, look: number) => string,
): Script {
  let look = -1
  return ({ query, method }, response) => {
    if (method !== 'GET') return answerJson(response, 404, { errors: ['Not found'] })
    const [page, size] = [Number(query.get('page')), Number(query.get('page_size'))]
    if (page === 0) look++
    const count = Math.max(0, Math.min(size, monitors - page * size))
    const shown = Array.from({ length: count }, (_, i) => {
      const id = page * size + i
      return bigMonitor(id, groups, (group) => stateOf(id, group, look))
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end(`[${shown.join(',')}]`)
  }
}
