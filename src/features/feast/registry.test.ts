import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toValueType } from './value-type.ts'
import { writeRegistry } from './registry.ts'

/** `feast.core.Registry` of the same project, as the protobuf classes of Feast 0.67 write it. */
const byFeast =
  'CjgKGgoHdXNlcl9pZBAEIgd1c2VyX2lkSgRkZW1vEhoKCwjA3cixBhDAqdM6EgsIwN3IsQYQwKnTOgo4ChoKB3LDqWdpb24QAiIHcsOpZ2lvbkoEZGVtbxIaCgsIwN3IsQYQwKnTOhILCMDdyLEGEMCp0zoaATEiAnYxKgsIwN3IsQYQwKnTOjLEAgqlAgoGY2xpY2tzEgRkZW1vGgd1c2VyX2lkGgdyw6lnaW9uIgkKBWNvdW50EAQiCgoGcmF0aW9zEA8qGQoRcnVud3JpZ2h0X3ZlcnNpb24SBDAxMjMyBAiA9SQ6iwEIARoCYXQqB3dyaXR0ZW5aGhIYZGF0YS9jbGlja3MtMDEyMy5wYXJxdWV0igExZmVhc3QuaW5mcmEub2ZmbGluZV9zdG9yZXMuZmlsZV9zb3VyY2UuRmlsZVNvdXJjZaIBDWNsaWNrc19zb3VyY2W6ARNXaGF0IGEgdXNlciBjbGlja2VkygEDYWRhQAFSE1doYXQgYSB1c2VyIGNsaWNrZWRaA2FkYWILCgd1c2VyX2lkEARiCwoHcsOpZ2lvbhACkgEGbGF0ZXN0EhoKCwjA3cixBhDAqdM6EgsIwN3IsQYQwKnTOmKSAQgBGgJhdCoHd3JpdHRlbloaEhhkYXRhL2NsaWNrcy0wMTIzLnBhcnF1ZXSKATFmZWFzdC5pbmZyYS5vZmZsaW5lX3N0b3Jlcy5maWxlX3NvdXJjZS5GaWxlU291cmNlogENY2xpY2tzX3NvdXJjZaoBBGRlbW+6ARNXaGF0IGEgdXNlciBjbGlja2VkygEDYWRhegoKBGRlbW8SAnYxigEkCgYKBGRlbW8SGgoLCMDdyLEGEMCp0zoSCwjA3cixBhDAqdM6'

it('a registry is written as Feast writes it, byte for byte', () => {
  const keys = [
    { name: 'user_id', valueType: 4 },
    { name: 'région', valueType: 2 },
  ]
  const view = {
    name: 'clicks',
    description: 'What a user clicked',
    owner: 'ada',
    tags: { runwright_version: '0123' },
    keys,
    features: [
      { name: 'count', valueType: 4 },
      { name: 'ratios', valueType: 15 },
    ],
    timestamp: 'at',
    createdTimestamp: 'written',
    ttlSeconds: 604_800,
    path: 'data/clicks-0123.parquet',
    createdTime: 1_714_564_800_123,
  }
  assert.equal(Buffer.from(writeRegistry('demo', [view], keys, 'v1')).toString('base64'), byFeast)
})

it('types of columns have Feast’s names, and those that it lacks have none', () => {
  const types = [
    'INTEGER',
    'BIGINT',
    'DECIMAL(18,3)',
    'FLOAT',
    'VARCHAR',
    'BOOLEAN',
    'TIMESTAMP WITH TIME ZONE',
    'BLOB',
  ]
  assert.deepEqual(types.map(toValueType), [3, 4, 5, 6, 2, 7, 8, 1])
  assert.deepEqual(['DOUBLE[]', 'FLOAT[3]', 'VARCHAR[]'].map(toValueType), [15, 16, 12])
  assert.deepEqual(['STRUCT(a INTEGER)', 'MAP(VARCHAR, INTEGER)', 'DOUBLE[][]', 'INTERVAL'].map(toValueType), [
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
