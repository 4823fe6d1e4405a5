import { defineCommand } from '../command.ts'
import { attachDebugger } from '../jobs/attach-debugger.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.attachDebugger',
  title: 'Attach Debugger to Job',
  icon: '$(debug-alt)',
  view: 'jobs',
  appliesTo: String.raw`viewItem =~ /^job .*\bdebuggable\b/`,
  menu: '1_open@4',
  accepts: isJobElement,
  takes: 'one',
  run: (context, [{ connectionId, job }]) => attachDebugger(context, connectionId, job),
})
