#!/usr/bin/env bash
# Gives a trace of jobs to a Slurm of its own, in time that goes faster than the clock: everything in here, daemons
# included, must run below one `faketime`, whose children share a clock.
#
#   faketime -f '+0 x60' slurm-trace.sh FOLDER PORT
#
# FOLDER/jobs has a line for each job in the order of arrival: number, seconds until it arrives, seconds that it takes,
# its --gres, and its time limit in minutes or -. FOLDER/ran/NUMBER gets the seconds at which it began and ended, counted
# from the first arrival's zero. Run as root. Needs (Debian): slurmctld slurmd slurm-client munge faketime
set -euo pipefail
D=$1 PORT=$2
PATH=$PATH:/usr/sbin:/sbin
export SLURM_CONF=$D/slurm.conf
unset SLURM_JWT
SIZES=(24 24 24 24 48 48 80 80)

configure() {
  mkdir -p "$D"/{log,run,state,spool,munge,gpu,ran}; chmod 700 "$D/munge" "$D/state"
  head -c 1024 /dev/urandom >"$D/munge/key"; chmod 400 "$D/munge/key"
  local i
  for i in "${!SIZES[@]}"; do mknod -m 666 "$D/gpu/$i" c 1 3; done
  {
    for i in "${!SIZES[@]}"; do echo "Name=gpu Type=g${SIZES[i]} File=$D/gpu/$i"; done
    for i in "${!SIZES[@]}"; do echo "Name=shard Count=${SIZES[i]} File=$D/gpu/$i"; done
  } >"$D/gres.conf"
  cat >"$D/slurm.conf" <<C
ClusterName=trace
SlurmctldHost=localhost(127.0.0.1)
SlurmctldAddr=127.0.0.1
SlurmctldPort=$PORT
SlurmdPort=$((PORT + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/run/munge.sock
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool/%n
SlurmctldPidFile=$D/run/slurmctld.real.pid
SlurmdPidFile=$D/run/slurmd.real.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmctldTimeout=60000
SlurmdTimeout=60000
MessageTimeout=3600
InactiveLimit=0
MinJobAge=3000
MaxJobCount=20000
SchedulerType=sched/backfill
SchedulerParameters=bf_continue,bf_max_job_test=1000,bf_interval=30,bf_window=10080,sched_interval=60,default_queue_depth=1000,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PriorityType=priority/basic
GresTypes=gpu,shard
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=128 RealMemory=1000000 Gres=gpu:g24:4,gpu:g48:2,gpu:g80:2,shard:352 State=UNKNOWN
PartitionName=all Nodes=n1 Default=YES MaxTime=INFINITE DefaultTime=10080 State=UP OverSubscribe=NO
C
}

spawn() { local n=$1; shift; setsid "$@" >"$D/log/$n.out" 2>&1 </dev/null & echo $! >"$D/run/$n.pid"; }
stop() { for each in slurmd slurmctld munged; do kill "$(cat "$D/run/$each.pid")" 2>/dev/null || true; done; }
wait_until() { local tries=0; until "$@" >/dev/null 2>&1; do tries=$((tries + 1)); [ $tries -lt 600 ]; sleep 6; done; }
is_idle() { sinfo -h -o %T | grep -qx idle; }
is_empty() { [ -z "$(squeue -h -o %i)" ]; }

# A submission whose connection broke may have come through all the same.
submit() { sbatch "$@" || [ -n "$(squeue -h -n "$number" -o %i)" ] || sbatch "$@"; }

configure
trap stop EXIT
spawn munged munged --foreground --force --key-file="$D/munge/key" --socket="$D/run/munge.sock" \
  --pid-file="$D/run/munged.real.pid" --log-file="$D/log/munged.log" --seed-file="$D/munge/seed"
wait_until test -S "$D/run/munge.sock"
spawn slurmctld slurmctld -D -f "$D/slurm.conf"
spawn slurmd slurmd -D -N n1 -f "$D/slurm.conf"
wait_until is_idle

zero=$(date +%s)
while read -r number arrival seconds gres minutes; do
  pause=$((zero + arrival - $(date +%s)))
  [ $pause -le 0 ] || sleep $pause
  words=(--quiet --cpus-per-task=1 "--gres=$gres" --output=/dev/null)
  [ "$minutes" = - ] || words+=("--time=$minutes")
  submit "${words[@]}" "--job-name=$number" --wrap "began=\$(date +%s); sleep $seconds; echo \$((began - $zero)) \$((\$(date +%s) - $zero)) >$D/ran/$number.new; mv $D/ran/$number.new $D/ran/$number"
done <"$D/jobs"
until is_empty; do sleep 60; done
