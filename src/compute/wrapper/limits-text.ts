/**
 * The wrapper's functions about limits. Memory is limited by a cgroup where one may be made (version 2, or 1's memory
 * controller), else the resident sizes are added up twice a second.
 */
export const limitsText = `
# The cgroup that the wrapper is in counts processes killed for memory, too, so a cluster's limits are told as well.
rw_find_cgroup() {
  rw_cgroup=
  rw_events=
  rw_own=
  while IFS=: read -r rw_id rw_kinds rw_at; do
    case ,$rw_kinds, in
      *,memory,*) rw_top=/sys/fs/cgroup/memory; rw_own=$rw_top$rw_at; rw_file=memory.oom_control; rw_max=memory.limit_in_bytes; break ;;
      ,,) rw_top=/sys/fs/cgroup; rw_own=$rw_top$rw_at; rw_file=memory.events; rw_max=memory.max ;;
    esac
  done </proc/self/cgroup
  [ -n "$rw_own" ] || return
  rw_own=\${rw_own%/}
  if [ -n "$rw_memory" ]; then rw_make_cgroup; fi
  if [ -n "$rw_cgroup" ]; then rw_events=$rw_cgroup/$rw_file; else rw_events=$rw_own/$rw_file; fi
  rw_ooms
  rw_ooms_before=$rw_count
}

# Here, or in the nearest one above that allows it.
rw_make_cgroup() {
  rw_at=$rw_own
  while :; do
    rw_try=$rw_at/runwright-$rw_key
    rmdir "$rw_try"
    if mkdir "$rw_try"; then
      if [ -w "$rw_try/$rw_max" ] && echo "$((rw_memory * 1024))" >"$rw_try/$rw_max" &&
        sh -c 'echo $$ >"$0/cgroup.procs"' "$rw_try"; then
        rw_cgroup=$rw_try
        echo "$rw_cgroup" >claim/cgroup
        # Without these the limit would be passed by swapping, or the command be left without its workers.
        [ ! -w "$rw_try/memory.swap.max" ] || echo 0 >"$rw_try/memory.swap.max"
        [ ! -w "$rw_try/memory.memsw.limit_in_bytes" ] || echo "$((rw_memory * 1024))" >"$rw_try/memory.memsw.limit_in_bytes"
        [ ! -w "$rw_try/memory.oom.group" ] || echo 1 >"$rw_try/memory.oom.group"
        return
      fi
      rmdir "$rw_try"
    fi
    [ "$rw_at" != "$rw_top" ] || return
    rw_at=\${rw_at%/*}
  done
}

rw_ooms() {
  rw_count=0
  [ -r "$rw_events" ] || return
  while read -r rw_name rw_value; do
    [ "$rw_name" != oom_kill ] || rw_count=$rw_value
  done <"$rw_events"
}

# Others may share a cgroup that is not our own: then only a command that was killed counts.
rw_is_out_of_memory() {
  [ -n "$rw_events" ] && [ "$rw_code" != 0 ] || return
  rw_ooms
  [ "$rw_count" -gt "$rw_ooms_before" ] && { [ -n "$rw_cgroup" ] || [ "$rw_signal" = '"SIGKILL"' ] || [ "$rw_code" = 137 ]; }
}

rw_limits() {
  rw_timer=
  rw_meter=
  if [ -n "$rw_limit" ]; then
    (
      rw_pausable
      rw_pause "$rw_limit" && [ -d claim ] && ! [ -e exit.json ] || exit
      rw_ask time-limit
      rw_end
      rw_pause 10 && rw_kill
    ) &
    rw_timer=$!
  fi
  if [ -n "$rw_memory" ] && [ -z "$rw_cgroup" ]; then
    (
      rw_pausable
      while rw_pause 0.5 || rw_pause 1; do
        [ "$(rw_resident)" -le "$rw_memory" ] && continue
        rw_ask out-of-memory
        rw_kill
        exit
      done
    ) &
    rw_meter=$!
  fi
  echo "$rw_timer $rw_meter" >claim/limits
}

# Of whichever process has begun them.
rw_end_limits() {
  rw_timer=
  [ -s claim/limits ] && read -r rw_timer rw_meter <claim/limits
  for rw_each in $rw_timer $rw_meter; do
    kill "$rw_each"
    wait "$rw_each"
  done
  [ -z "$rw_cgroup" ] || rmdir "$rw_cgroup" || { sleep 0.1 && rmdir "$rw_cgroup"; }
}

# KiB of main memory that the command, its group and all below them have together.
rw_resident() {
  rw_group >/dev/null || { echo 0; return; }
  rw_ps pid,ppid,pgid,rss | awk -v leader="$rw_leader" '
    { parent[$1] = $2; size[$1] = $4 * ($4 ~ /m$/ ? 1024 : $4 ~ /g$/ ? 1048576 : 1); inside[$1] = $1 == leader || $3 == leader }
    END {
      do {
        grown = 0
        for (pid in parent) if (!inside[pid] && inside[parent[pid]]) grown = inside[pid] = 1
      } while (grown)
      for (pid in parent) if (inside[pid]) sum += size[pid]
      printf "%d\\n", sum
    }'
}`
