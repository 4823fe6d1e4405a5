import { posix } from 'node:path'
import { quotePath, quoteWord } from '../../ssh/quote.ts'
import type { EnvironmentPlace } from './build-script.ts'
import type { EnvironmentPlan } from './plan.ts'

/**
 * Lines of a POSIX shell after which commands run in environments that are there: PATH, VIRTUAL_ENV or CONDA_PREFIX,
 * and the project's own modules before all others. They change nothing but variables, and put `node_modules` into the
 * code.
 */
export function activateScript(plans: readonly EnvironmentPlan[], place: EnvironmentPlace): string {
  return plans.map((plan) => activate(plan, place)).join('')
}

function activate({ lock, key }: EnvironmentPlan, { store, code }: EnvironmentPlace): string {
  const environment = `${quotePath(store)}/${key}`
  if (lock.kind === 'npm') {
    const modules = `${quotePath(code)}/${quoteWord(posix.join(posix.dirname(lock.path), 'node_modules'))}`
    return `PATH=${environment}/node_modules/.bin:$PATH
export PATH
[ -e ${modules} ] || ln -s ${environment}/node_modules ${modules}
`
  }
  const variable = lock.kind === 'conda' ? 'CONDA_PREFIX' : 'VIRTUAL_ENV'
  const modules = lock.modules.map((path) => `${quotePath(code)}${path === '' ? '' : `/${quoteWord(path)}`}:`).join('')
  const ownModules =
    modules === '' ? '' : `PYTHONPATH=${modules}\${PYTHONPATH:-}\nPYTHONPATH=\${PYTHONPATH%:}\nexport PYTHONPATH\n`
  return `unset PYTHONHOME
${variable}=${environment}
PATH=$${variable}/bin:$PATH
export ${variable} PATH
${ownModules}`
}
