import assert from 'node:assert/strict'
import { it } from 'node:test'
import { kindOfAddress } from './address-kind.ts'

it('an address is public, private, of the link, or of this machine', () => {
  const kinds = {
    public: ['8.8.8.8', '172.32.0.1', '2606:4700::1', '::ffff:8.8.8.8', '2002:808:808::1', '64:ff9b::8.8.8.8'],
    private: [
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      'fd00::1',
      '::ffff:10.0.0.1',
      '2002:a00:1::',
      '64:ff9b::a00:1',
      '203.0.113.9',
      '2001:db8::1',
    ],
    link: [
      '169.254.169.254',
      'fe80::1',
      '224.0.0.1',
      '255.255.255.255',
      '::ffff:169.254.169.254',
      '64:ff9b::169.254.169.254',
      'fe80::1%eth0',
      'no address',
      '127.1',
    ],
    loopback: ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '2002:7f00:1::1'],
  }
  for (const [kind, addresses] of Object.entries(kinds)) {
    for (const address of addresses) assert.equal(kindOfAddress(address), kind, address)
  }
})
