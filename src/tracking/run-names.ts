const qualities =
  'able agile amber ample apt bold brave bright brisk calm candid clear clever cosmic crisp daring deft eager early ' +
  'fair fleet fond frank fresh gentle glad golden grand happy hardy honest humble jolly keen kind lively lucid lucky ' +
  'lunar mellow merry mild neat nimble noble patient placid plucky polite proud quick quiet rapid ready royal serene ' +
  'sharp silent silver sleek smart smooth snug solar sound spry stable steady stoic sunny swift tidy upbeat vivid ' +
  'warm wise witty worthy zesty'

const animals =
  'ant ape auk bat bear bee boar bug bull carp cat cod colt cow crab crane crow cub deer dog dove duck eel elk ewe ' +
  'fawn finch fish flea fly foal fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen hog horse hound jay ' +
  'kit koi lamb lark lion loon lynx mare mink mole moose moth mouse mule newt otter owl ox panda perch pig pony pug ' +
  'quail ram rat ray robin roo rook seal shad shark sheep shoat shrew skink skunk sloth slug smelt snail snake snipe ' +
  'sow sponge squid squirrel stag steed stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra'

/** Makes up a name such as `calm-otter-42` for a run that was given none. */
export function createRunName(randomBytes: (size: number) => Uint8Array): string {
  const [first = 0, second = 0, third = 0] = new Uint32Array(new Uint8Array(randomBytes(12)).buffer)
  const pick = (words: readonly string[], random: number) => words[random % words.length] ?? ''
  return `${pick(qualities.split(' '), first)}-${pick(animals.split(' '), second)}-${third % 1000}`
}
