import { attemptVariable } from '../../protocol/jobs.ts'

/** The wrapper's functions about time and processes. Linux has /proc; elsewhere \`ps\` does what it can. */
export const processesText = `
# Milliseconds since 1970; whole seconds where date knows no better.
rw_now() {
  rw_time=$(date +%s%3N)
  case $rw_time in *[!0-9]*) rw_time=$(date +%s)000 ;; esac
}

# This very process, which in a subshell is not $$, and what tells it from a later one of the same id.
rw_stat() {
  rw_boot=-
  if read -r rw_line </proc/self/stat; then
    rw_pid=\${rw_line%% *}
    rw_birth=$(rw_field 20 \${rw_line##*) })
    read -r rw_boot </proc/sys/kernel/random/boot_id
    read -r rw_host </proc/sys/kernel/hostname
  else
    rw_pid=$(sh -c 'echo $PPID')
    rw_birth=$(ps -o lstart= -p "$rw_pid" | tr -s ' ' _)
    rw_host=$(uname -n)
  fi 2>/dev/null
}
rw_field() {
  shift "$1"
  echo "$1"
}

rw_group() { [ -s claim/group ] && read -r rw_leader <claim/group && echo "$rw_leader"; }
rw_signal_leader() { rw_group >/dev/null && kill -s "$1" "$rw_leader"; }
rw_signal_group() { rw_group >/dev/null && kill -s "$1" -- "-$rw_leader"; }

# All processes of this attempt, also those that have left its group: by the variable they have inherited.
rw_marked() {
  if [ -n "$rw_cgroup" ]; then cat "$rw_cgroup/cgroup.procs"; fi
  if [ -r /proc/self/environ ]; then
    for rw_file in $(grep -lsF "${attemptVariable}=$rw_key." /proc/[0-9]*/environ); do
      rw_file=\${rw_file#/proc/}
      echo "\${rw_file%/environ}"
    done
  fi
}
rw_is_left() { rw_is_group_left || [ -n "$(rw_marked)" ]; }

# Those of the group that only wait for a slow init to take note of their end do not count.
rw_is_group_left() {
  rw_signal_group 0 || return
  command -v ps || return 0
  rw_ps pgid,stat | awk -v leader="$rw_leader" '$1 == leader && $2 !~ /^Z/ { n++ } END { exit !n }'
}
# As it takes in all kinds of ps; the first line is a header.
rw_ps() { ps -A -o "$1" || ps -o "$1"; }

# Until nobody is left, for a process may fork while it is looked for.
rw_kill() {
  rw_round=0
  while
    rw_signal_group KILL
    for rw_each in $(rw_marked); do kill -s KILL "$rw_each"; done
    rw_is_left && [ "$rw_round" -lt 40 ]
  do
    rw_round=$((rw_round + 1))
    sleep 0.05 || sleep 1
  done
}

# What outlives the command may end and write for another second, unless an end was asked for.
rw_settle() {
  rw_round=0
  while ! [ -s claim/cause ] && rw_is_left && [ "$rw_round" -lt 10 ]; do
    rw_round=$((rw_round + 1))
    sleep 0.1 || sleep 1
  done
  if rw_is_left; then rw_kill; fi
}

# For a subshell that sleeps: its end takes the sleep along. \`$!\` may be older than this subshell.
rw_pausable() {
  rw_before=$!
  trap '[ "$!" = "$rw_before" ] || kill "$!"; exit 0' TERM
}
rw_pause() {
  sleep "$1" &
  wait "$!"
}`
