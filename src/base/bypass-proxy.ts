/**
 * Variables that make programs behind a proxy reach a host of this machine directly; they would ask the proxy for it.
 *
 * @param env what the program has: `HTTP_PROXY` and its like, `NO_PROXY`
 */
export function bypassProxy(env: Readonly<Record<string, string | undefined>>, host: string): Record<string, string> {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name))) return {}
  const known = env['no_proxy'] ?? env['NO_PROXY'] ?? ''
  if (known === '*') return {}
  const value = [...known.split(',').filter((each) => each.trim() !== ''), host].join(',')
  return { NO_PROXY: value, no_proxy: value }
}
