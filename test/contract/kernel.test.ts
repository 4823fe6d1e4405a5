import { whyNoSshd } from '../servers/sshd.ts'
import { type KernelCode, kernelContract } from './kernel.ts'
import { openJavaScriptPlace } from './javascript-kernel-place.ts'
import { openJupyterPlace } from './jupyter-kernel-place.ts'
import { openKernelSpecPlace, openPythonPlace } from './python-kernel-place.ts'
import { openSshPlace } from './ssh-kernel-place.ts'

const python: KernelCode = {
  print: (text) => `print(${JSON.stringify(text)})`,
  printError: (text) => `import sys; print(${JSON.stringify(text)}, file=sys.stderr)`,
  value: '6 * 7',
  fail: 'raise ValueError("no such thing")',
  updateDisplay: [
    'from IPython.display import HTML, display',
    'shown = display(HTML("<b>one</b>"), display_id=True)',
    'shown.update(HTML("<b>two</b>"))',
  ].join('\n'),
  clear: 'from IPython.display import clear_output\nprint("before")\nclear_output()\nprint("after")',
  ask: 'print("hello", input("name? "))',
  loop: 'import time\nprint("begun", flush=True)\nwhile True: time.sleep(0.01)',
  keep: 'kept = 7',
  printKept: 'print(kept)',
  die: 'import os; os._exit(9)',
  complete: ['import itertool', 'import itertools'],
  inspect: ['print', /stdout/i],
  incomplete: 'def f(x):',
  printNumbers: (count) => `for number in range(${count}): print(number, flush=True)`,
}

const javaScript: KernelCode = {
  print: (text) => `console.log(${JSON.stringify(text)})`,
  printError: (text) => `console.error(${JSON.stringify(text)})`,
  value: '6 * 7',
  fail: 'throw new RangeError("no such thing")',
  updateDisplay: 'const shown = display(display.html("<b>one</b>"))\nshown.update(display.html("<b>two</b>"))',
  clear: 'console.log("before")\ndisplay.clear()\nconsole.log("after")',
  ask: 'console.log("hello", await input("name? "))',
  loop: 'console.log("begun")\nwhile (true);',
  keep: 'const kept: number = 7',
  printKept: 'console.log(kept)',
  die: 'process.exit(9)',
  complete: ['Math.hypo', 'Math.hypot'],
  inspect: ['console.log', /function|log/],
  incomplete: 'function f(x) {',
  printNumbers: (count) => `for (let number = 0; number < ${count}; number++) console.log(number)`,
}

kernelContract('ipykernel on this machine', python, () => openPythonPlace())
kernelContract('of a kernelspec, interrupted by messages', python, openKernelSpecPlace)
kernelContract('for JavaScript, built in', javaScript, openJavaScriptPlace)
kernelContract('of a Jupyter Server', python, () => openJupyterPlace())
if (whyNoSshd === false) kernelContract('of a host of ssh', python, openSshPlace)
