import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bypassProxy } from './bypass-proxy.ts'

it('a host is added to those that the proxy is not asked for, where there is a proxy', () => {
  const both = (value: string) => ({ NO_PROXY: value, no_proxy: value })
  assert.deepEqual(bypassProxy({ HTTPS_PROXY: 'http://proxy', no_proxy: 'a, ' }, 'here'), both('a,here'))
  assert.deepEqual(bypassProxy({ all_proxy: 'http://proxy', NO_PROXY: 'b' }, 'here'), both('b,here'))
  assert.deepEqual(bypassProxy({ http_proxy: 'http://proxy', no_proxy: '*' }, 'here'), {})
  assert.deepEqual(bypassProxy({ no_proxy: 'a' }, 'here'), {})
})
