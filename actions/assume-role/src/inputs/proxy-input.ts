import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/**
 * The same world with the proxy of `http-proxy` and `no-proxy` in place of the environment's: for this step alone, nothing is
 * exported. @throws InputError, which does not show the proxy, as it may hold a password.
 */
export function withProxy<W extends Pick<World, 'env'>>(world: W): W {
  const reader = new InputReader(world.env)
  const proxy = reader.text('http-proxy')
  const direct = reader.text('no-proxy')
  if (proxy !== undefined && !isHttp(/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`)) {
    throw new InputError('http-proxy', 'is not the address of an HTTP proxy.', {
      hint: 'Write `http://host:port` or `http://user:password@host:port`, with special characters percent-encoded.',
    })
  }
  return {
    ...world,
    env: {
      ...world.env,
      // The forms in lower case are those that win.
      ...(proxy === undefined ? {} : { https_proxy: proxy, http_proxy: proxy }),
      ...(direct === undefined ? {} : { no_proxy: direct }),
    },
  }
}

const isHttp = (address: string) => /^https?:$/.test(URL.parse(address)?.protocol ?? '')
