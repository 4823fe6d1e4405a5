import { defineCommand } from '../command.ts'
import { decideAll } from '../data/decide-conflict.ts'
import { isDecidable } from '../data/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.keepBoth',
  title: 'Keep Both',
  view: 'data',
  appliesTo: 'viewItem =~ /^(conflict|out conflict)/',
  menu: '1_resolve@3',
  accepts: isDecidable,
  run: (context, elements) => decideAll(context, elements, localize('Keep Both'), '--both'),
})
