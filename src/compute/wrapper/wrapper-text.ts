import { limitsText } from './limits-text.ts'
import { attemptVariable } from '../../protocol/jobs.ts'
import { wrapperExits } from './job-folder.ts'
import { processesText } from './processes-text.ts'
import { secretsEnd } from './settings-text.ts'

/**
 * The wrapper: a POSIX `sh` program that runs one attempt of a job on its target, once, as `sh wrapper.sh FOLDER`.
 *
 * Two processes stand by the command, so that the death of either loses nothing. The _owner_ has the claim and takes
 * the signals. The _parent_ is the command's parent: it alone sees exactly how the command ends, cannot be disturbed
 * while it waits, and writes the record. Should the parent die, the owner ends everything and records `lost`.
 *
 * All its variables begin with `rw_`, for what the command's environment holds must reach it unchanged.
 */
export function wrapperText(): string {
  return [header, processesText, limitsText, endText, signalsText, parentText, mainText].join('\n')
}

const header = `\
# Runs one attempt of a Runwright job, once: sh wrapper.sh FOLDER`

const endText = `
# Notes why the end is asked for; the first to ask counts.
rw_ask() { (set -C && echo "$1" >claim/cause) 2>/dev/null; }

# The record: complete when it appears. A full disk is waited for, since nobody else knows how it ended.
rw_record() {
  rw_cause=exited
  [ -s claim/cause ] && read -r rw_cause <claim/cause
  [ "$rw_cause" = preempted ] && [ -e cancel ] && rw_cause=cancelled
  [ "$rw_cause" = exited ] && rw_is_out_of_memory && rw_cause=out-of-memory
  [ "$rw_cause" = exited ] && [ "$rw_code" = null ] && [ "$rw_signal" = null ] && rw_cause=lost
  rw_now
  rw_text="{\\"exitCode\\":$rw_code,\\"signal\\":$rw_signal,\\"cause\\":\\"$rw_cause\\",\\"startedAt\\":$rw_started,\\"endedAt\\":$rw_time}"
  rw_round=0
  until rw_write exit.json "$rw_text"; do
    [ -d claim ] && [ "$rw_round" -lt 600 ] || return
    rw_round=$((rw_round + 1))
    sleep 1
  done
  # After the record, so that a further start has always one to stand on.
  [ "$rw_cause" = preempted ] && mkdir requeue
}

rw_write() {
  { echo "$2" | dd of="$1.part" conv=fsync 2>/dev/null || echo "$2" >"$1.part"; } &&
    [ -s "$1.part" ] && mv -f "$1.part" "$1" || { rm -f "$1.part"; return 1; }
}`

/** Of `rw_pid`, if it is not deaf to it: USR1 ends whoever does not expect it. */
const askText = `while read -r rw_name rw_value; do
  case $rw_name:$rw_value in SigCgt:*[2367abefABEF]??) kill -s USR1 "$rw_pid" ;; esac
done <"/proc/$rw_pid/status"`

const signalsText = `
# Whoever sends TERM without having made the marker is the cluster that takes the place away.
rw_on_term() {
  # The claim of another start is not ours to touch.
  if [ -z "$rw_claimed" ]; then rw_early=yes; return; fi
  if [ -e cancel ]; then rw_ask cancelled; rw_wait=10; else rw_ask preempted; rw_wait=$rw_grace; fi
  rw_end
  [ -z "$rw_killer" ] || kill "$rw_killer"
  (
    rw_pausable
    rw_pause "$rw_wait" && ! [ -e exit.json ] && rw_kill
  ) &
  rw_killer=$!
}

rw_leave() {
  if [ -n "$rw_killer" ]; then
    kill "$rw_killer"
    wait "$rw_killer"
  fi
  exit "$1"
}

# Only to processes that expect it: USR1 ends all others.
rw_on_usr1() {
  if [ -n "$rw_spread" ]; then
    $rw_spread /bin/sh -c "$rw_ask_node" "$rw_key" &
  elif [ -r /proc/self/status ]; then
    for rw_pid in $(rw_group; rw_marked); do
      ${askText}
    done
  else
    rw_signal_leader USR1
  fi
}

# The same on one of several nodes, which knows no more of the command than how it is marked. With a word behind it TERM,
# and to all: but for the srun that stands for the others here, which would kill them at once. Slurm may have several nodes
# on one machine, and each looks after its own: a second TERM would meet whoever is just saving something.
rw_ask_node='
  for rw_file in $(grep -lsF "${attemptVariable}=$0." /proc/[0-9]*/environ); do
    tr "\\\\000" "\\\\n" <"$rw_file" | grep -qxF "SLURMD_NODENAME=\${SLURMD_NODENAME-}" || continue
    rw_pid=\${rw_file#/proc/}
    rw_pid=\${rw_pid%/environ}
    if [ -n "\${1-}" ]; then
      read -r rw_name <"/proc/$rw_pid/comm" && [ "$rw_name" != srun ] && kill -s TERM "$rw_pid"
    else
      ${askText}
    fi
  done
'

# Asks the whole command for its end.
rw_end() {
  if [ -n "$rw_spread" ]; then $rw_spread /bin/sh -c "$rw_ask_node" "$rw_key" all & else rw_signal_group TERM; fi
}`

const parentText = `
# The command's parent. Its traps end nothing, but they are not passed on, as ignored signals would be.
rw_parent() {
  trap : HUP INT USR1 USR2
  rw_termed=
  trap rw_termed=yes TERM
  rw_stat
  echo "$rw_pid $rw_birth $rw_boot" >claim/parent
  rw_limits
  rw_start "$@" 2>claim/said
  rw_status=$?
  cd "$rw_job"
  rw_hear
  rw_settle
  rw_code=$rw_status
  rw_signal=null
  # A command may exit with 137 by itself. The shell remarks on a signal, but for INT and PIPE.
  if [ "$rw_status" -gt 128 ] && rw_name=$(kill -l $((rw_status - 128))); then
    case $rw_status in
      130 | 141) rw_code=null ;;
      *) [ -s claim/said ] && rw_code=null ;;
    esac
    [ "$rw_code" = null ] && rw_signal="\\"SIG$rw_name\\""
  fi
  rw_record
  echo "$rw_status" >claim/code
  rw_end_limits
}

# A cluster signals its processes one after the other, and a command may end of that before we are told.
rw_hear() {
  rw_round=0
  while [ -n "$rw_hears" ] && [ "$rw_status" != 0 ] && [ "$rw_round" -lt 5 ] && [ -z "$rw_termed" ] && ! [ -s claim/cause ]; do
    rw_round=$((rw_round + 1))
    sleep 0.1 || sleep 1
  done
  [ -z "$rw_termed" ] || rw_ask preempted
}

# In a session of its own, so that a signal to its group meets nothing of ours.
rw_start() {
  if ! cd -- "$rw_from" || ! cd -- "$rw_directory"; then
    echo "runwright: cannot enter the folder $rw_directory" >>"$rw_job/output.log"
    return 127
  fi
  case $rw_session in
    '') set -m; set -- /bin/sh -c "$rw_inner" "$rw_job" "$rw_cgroup" "$@" ;;
    */perl) set -- "$rw_session" -MPOSIX -e 'POSIX::setsid(); exec { $ARGV[0] } @ARGV' /bin/sh -c "$rw_inner" "$rw_job" "$rw_cgroup" "$@" ;;
    *) set -- "$rw_session" /bin/sh -c "$rw_inner" "$rw_job" "$rw_cgroup" "$@" ;;
  esac
  PATH=$rw_path ${attemptVariable}=$rw_key. "$@"
}

# The last step to the command. Its output is opened here and not outside, where the shell's remarks would get in. An
# end that was asked for before the group was known has met nobody, so it is looked for after the group is told.
rw_inner='
  exec </dev/null >>"$0/output.log" 2>&1
  [ -z "$1" ] || echo $$ >"$1/cgroup.procs"
  shift
  echo $$ >"$0/claim/group"
  [ ! -s "$0/claim/cause" ] || kill -s TERM $$
  command -v "$1" >/dev/null || { echo "runwright: there is no program $1"; exit 127; }
  exec "$@"
'`

const mainText = `
unset CDPATH
rw_from=$PWD
rw_killer=
cd -P -- "$1" && [ -r settings.sh ] || exit ${wrapperExits.unusable}
rw_job=$PWD
. ./settings.sh
# The command gets its own path; ours must lead to the system's tools, whatever that is.
rw_path=\${PATH-}
PATH=\${rw_path:+$rw_path:}/usr/local/bin:/usr/bin:/bin
rw_session=$(command -v setsid || command -v perl)
if [ "$rw_secrets" = stdin ]; then
  rw_text=$(cat)
  case $rw_text in *'${secretsEnd}') eval "$rw_text" ;; *) exit ${wrapperExits.unusable} ;; esac
  rw_text=
fi
rw_now
rw_started=$rw_time
rw_stat
rw_again=
rw_claimed=
rw_early=
trap rw_on_term INT TERM
trap rw_on_usr1 USR1
trap : HUP
# By its whole path, for the folder that we are in may have been moved away to be removed.
if ! mkdir "$rw_job/claim" 2>/dev/null; then
  [ -d "$rw_job/claim" ] || exit ${wrapperExits.unusable}
  rmdir "$rw_job/requeue" 2>/dev/null || exit ${wrapperExits.refused}
  rw_again=yes
  rm -f "$rw_job"/claim/*
fi
cd "$rw_job" || exit ${wrapperExits.unusable}
rw_claimed=yes
if ! echo "$rw_pid $rw_birth $rw_boot $rw_started $rw_host" >claim/owner; then
  # Nothing has run: a further start may try, and the record of the last one stays.
  rm -f claim/owner
  if [ -z "$rw_again" ]; then rmdir claim; else mkdir requeue; fi
  exit ${wrapperExits.unusable}
fi
# Whoever waits at the other end of our output sees that the claim is complete.
exec </dev/null >/dev/null 2>&1
[ -z "$rw_again" ] || rm -f exit.json
rw_find_cgroup
rw_code=null
rw_signal=null
if [ -e cancel ]; then rw_ask cancelled; fi
if [ -n "$rw_early" ]; then rw_ask preempted; fi
if [ -s claim/cause ]; then
  rw_record
  rw_end_limits
  rw_leave 143
fi
(rw_parent "$@") &
rw_child=$!
# A signal interrupts the wait, so it is taken up until the parent is really gone.
while kill -0 "$rw_child"; do
  wait "$rw_child"
  [ $? -ne 127 ] || break
done
if ! [ -e exit.json ]; then
  rw_kill
  rw_record
  rw_end_limits
fi
rw_status=1
[ -s claim/code ] && read -r rw_status <claim/code
rw_leave "$rw_status"
`
