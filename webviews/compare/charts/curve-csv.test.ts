import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toCsv } from './curve-csv.ts'

it('a table is written as CSV that spreadsheets read and do not run', () =>
  assert.equal(
    toCsv([
      ['name', 'value'],
      ['a, "b"', 1.5],
      ['=1+1', Number.NaN],
    ]),
    'name,value\r\n"a, ""b""",1.5\r\n\'=1+1,NaN\r\n',
  ))
