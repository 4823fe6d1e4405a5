/**
 * What an IPython kernel is asked to tell what its user has in memory, in Python 3.6 and later. It leaves nothing behind,
 * copies no array, and calls no code of the user's: attributes are asked of the types of known libraries alone, and only
 * what those and Python itself make is written out.
 */
const program = String.raw`
import reprlib, sys, types

LIBRARIES = {'numpy', 'pandas', 'torch', 'tensorflow', 'jax', 'jaxlib', 'polars', 'scipy', 'cupy', 'xarray', 'pyarrow'}
PLAIN = (bool, int, float, complex, str, bytes, bytearray, type(None), list, tuple, dict, set, frozenset, range)
LEFT_OUT = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)

short = reprlib.Repr()
short.maxstring = short.maxother = short.maxlong = 200
short.maxlist = short.maxtuple = short.maxset = short.maxdict = 10


def attempt(get):
    try:
        return get()
    except Exception:
        return None


def size(value, is_known, is_plain):
    if is_known:
        bytes_used = attempt(lambda: int(value.nbytes))
        if bytes_used is None:
            bytes_used = attempt(lambda: int(value.memory_usage().sum()))
        if bytes_used is None:
            bytes_used = attempt(lambda: int(value.element_size() * value.nelement()))
        if bytes_used is not None:
            return bytes_used
    return attempt(lambda: sys.getsizeof(value) if is_plain else object.__sizeof__(value))


def describe(name, value):
    kind = type(value)
    is_known = (kind.__module__ or '').split('.')[0] in LIBRARIES
    is_plain = kind in PLAIN
    told = {'name': name, 'type': kind.__name__, 'sizeBytes': size(value, is_known, is_plain)}
    if is_known:
        told['shape'] = attempt(lambda: [int(length) for length in value.shape])
        told['elementType'] = attempt(lambda: str(value.dtype))
    elif is_plain and hasattr(value, '__len__'):
        told['shape'] = [len(value)]
    told['preview'] = attempt(lambda: (repr(value) if is_known else short.repr(value))[:2000]) if is_known or is_plain else ''
    return {key: each for key, each in told.items() if each is not None}


def listed():
    for name, value in sorted(shell.user_ns.items()):
        if not name.startswith('_') and name not in shell.user_ns_hidden and not issubclass(type(value), LEFT_OUT):
            yield describe(name, value)


shell.display_pub.publish({MIME: {'variables': list(listed())[:LIMIT]}})
`

export const variablesMime = 'application/vnd.runwright.variables+json'

/** So many are told of, in the order of their names. */
export const maxVariables = 1000

/** As one expression, so that no name of it is the user's afterwards. */
export function writeVariablesRequest(): string {
  const names = `{'shell': get_ipython(), 'MIME': ${JSON.stringify(variablesMime)}, 'LIMIT': ${maxVariables}}`
  return `exec(${JSON.stringify(program)}, ${names})`
}
