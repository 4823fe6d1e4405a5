#!/usr/bin/env bash
# A Slurm cluster on one machine, with accounting and pretend GPUs. Everything binds 127.0.0.1 or a unix socket.
#
#   slurm.sh FOLDER start CTLD_PORT SLURMD_PORT DBD_PORT DB_PORT    the ports are needed the first time only
#   slurm.sh FOLDER stop | status | kill9 DAEMON                    DAEMON: slurmctld slurmd-n1 slurmdbd mariadb munged
#   slurm.sh FOLDER stop-one DAEMON                                 ends it as an administrator would
#
# `start` again starts what is down and leaves the rest. Run as root. SLURM_CONF=FOLDER/slurm.conf is for its clients.
# Needs (Debian): slurmctld slurmd slurm-client slurmdbd slurm-wlm-basic-plugins slurm-wlm-mysql-plugin munge mariadb-server
# Shape: SLURM_TEST_CPUS (32) cores, SLURM_TEST_GPUS (4) GPUs "gpu:fake" (twins of /dev/null) on each of SLURM_TEST_NODES
# (1) nodes; with SLURM_TEST_HOSTS=own each node has a host name of its own. Partition "gpu" is the default one; "spot" has the same nodes and gives way to it by requeuing its jobs;
# "small" takes one node and one minute.
set -euo pipefail
D=$1 CMD=${2:-} CPUS=${SLURM_TEST_CPUS:-32} GPUS=${SLURM_TEST_GPUS:-4} NODES=${SLURM_TEST_NODES:-1}
PATH=$PATH:/usr/sbin:/sbin
export SLURM_CONF=$D/slurm.conf
unset SLURM_JWT # the daemons would take it as a wish for auth/jwt and refuse to start
shift 2 || true

alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }
wait_for() {
  local end=$((SECONDS + $1)); shift
  while [ $SECONDS -lt $end ]; do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  echo "slurm.sh: gave up waiting for: $*" >&2; return 1
}
stop_one() {
  alive "$1" || { rm -f "$1"; return 0; }
  local p; p=$(cat "$1"); kill "$p" 2>/dev/null || true
  for _ in $(seq 50); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$p" 2>/dev/null || true; rm -f "$1"
}
spawn() { local n=$1; shift; setsid nohup "$@" >>"$D/log/$n.out" 2>&1 </dev/null & echo $! >"$D/run/$n.pid"; }

configure() {
  mkdir -p "$D"/{log,run,state,spool,db,munge,gpu}; chmod 700 "$D/munge" "$D/state"
  printf '%s\n' "$CTLD" "$SLURMD" "$DBD" "$DBP" >"$D/ports"
  [ -s "$D/munge/key" ] || { head -c 1024 /dev/urandom >"$D/munge/key"; chmod 400 "$D/munge/key"; }
  local mem; mem=$(( $(awk '/MemTotal/{print $2}' /proc/meminfo) / 1024 - 200 ))
  cat >"$D/slurm.conf" <<C
ClusterName=runwright
SlurmctldHost=localhost(127.0.0.1)
SlurmctldAddr=127.0.0.1
SlurmctldPort=$CTLD
SlurmdPort=$SLURMD
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/run/munge.sock,cred_expire=5
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool/%n
SlurmctldPidFile=$D/run/slurmctld.real.pid
SlurmdPidFile=$D/run/slurmd-%n.real.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd-%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmctldTimeout=60
SlurmdTimeout=60
InactiveLimit=0
KillWait=12
MinJobAge=300
MaxJobCount=20000
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,default_queue_depth=1000,batch_sched_delay=0,sched_min_interval=50000
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=64
PriorityType=priority/multifactor
PriorityWeightQOS=10000
PriorityWeightAge=100
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
GresTypes=gpu
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD
AccountingStoragePass=$D/run/munge.sock
AccountingStorageTRES=gres/gpu
AccountingStoreFlags=job_comment,job_env,job_script
JobCompType=jobcomp/none
SlurmctldDebug=info
SlurmdDebug=info
C
  : >"$D/gres.conf"
  local i list=""
  for i in $(seq "$NODES"); do
    echo "NodeName=n$i NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((SLURMD + i - 1)) CPUs=$CPUS RealMemory=$mem Gres=gpu:fake:$GPUS State=UNKNOWN" >>"$D/slurm.conf"
    [ "$GPUS" = 0 ] || {
      for g in $(seq 0 $((GPUS - 1))); do [ -c "$D/gpu/n$i-$g" ] || mknod -m 666 "$D/gpu/n$i-$g" c 1 3; done
      echo "NodeName=n$i Name=gpu Type=fake File=$D/gpu/n$i-[0-$((GPUS - 1))]" >>"$D/gres.conf"
    }
    list+="${list:+,}n$i"
  done
  cat >>"$D/slurm.conf" <<C
PartitionName=gpu Nodes=$list Default=YES MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
PartitionName=spot Nodes=$list MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=small Nodes=n1 MaxNodes=1 MaxTime=1 State=UP PriorityTier=10 PreemptMode=OFF
C
  cat >"$D/slurmdbd.conf" <<C
AuthType=auth/munge
AuthInfo=socket=$D/run/munge.sock
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$DBD
SlurmUser=root
LogFile=$D/log/slurmdbd.log
PidFile=$D/run/slurmdbd.real.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$DBP
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct
CommunicationParameters=NoInAddrAny
C
  chmod 600 "$D/slurmdbd.conf"
}

start_munge() {
  alive "$D/run/munged.pid" && return
  rm -f "$D/run/munge.sock"*
  spawn munged munged --foreground --force --key-file="$D/munge/key" --socket="$D/run/munge.sock" \
    --pid-file="$D/run/munged.real.pid" --log-file="$D/log/munged.log" --seed-file="$D/munge/seed" --num-threads=4
  wait_for 10 test -S "$D/run/munge.sock"
}
start_db() {
  alive "$D/run/mariadb.pid" && return
  [ -d "$D/db/mysql" ] || mariadb-install-db --no-defaults --user=root --datadir="$D/db" \
    --auth-root-authentication-method=normal --skip-test-db >"$D/log/db-install.out" 2>&1
  spawn mariadb mariadbd --no-defaults --user=root --datadir="$D/db" --socket="$D/run/mysql.sock" \
    --bind-address=127.0.0.1 --port="$DBP" --pid-file="$D/run/mariadb.real.pid" --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=32M --innodb-lock-wait-timeout=900 --performance-schema=OFF
  wait_for 60 timeout 10 mariadb-admin --no-defaults --socket="$D/run/mysql.sock" -uroot ping
  local grants='create database if not exists slurm_acct;' host
  for host in 127.0.0.1 localhost; do
    grants+="create user if not exists slurm@'$host' identified by 'slurm'; grant all on slurm_acct.* to slurm@'$host';"
  done
  mariadb --no-defaults --socket="$D/run/mysql.sock" -uroot -e "$grants"
}
start_dbd() {
  alive "$D/run/slurmdbd.pid" && return
  spawn slurmdbd slurmdbd -D
  wait_for 60 bash -c "exec 3<>/dev/tcp/127.0.0.1/$DBD"
  wait_for 30 timeout 10 sacctmgr -n -i list cluster
  sacctmgr -n list cluster format=cluster | grep -q runwright || sacctmgr -i add cluster runwright >/dev/null
}
start_ctld() {
  alive "$D/run/slurmctld.pid" && return
  spawn slurmctld slurmctld -D -f "$D/slurm.conf"
  wait_for 30 timeout 10 scontrol ping
}
start_slurmd() {
  local i
  for i in $(seq "$NODES"); do
    alive "$D/run/slurmd-n$i.pid" && continue
    mkdir -p "$D/spool/n$i"
    # A node that says it is another machine, with SLURM_TEST_HOSTS=own.
    if [ "${SLURM_TEST_HOSTS:-}" = own ]; then
      echo "127.0.0.1 localhost n$i" >"$D/spool/n$i.hosts"
      spawn "slurmd-n$i" unshare --uts --mount sh -c 'mount --bind "$1" /etc/hosts && hostname "$0" && shift && exec "$@"' \
        "n$i" "$D/spool/n$i.hosts" slurmd -D -N "n$i" -f "$D/slurm.conf"
    else spawn "slurmd-n$i" slurmd -D -N "n$i" -f "$D/slurm.conf"; fi
  done
  wait_for 30 ready
}
ready() {
  ! sinfo -h -N -o '%T' | grep -Evq 'idle|mixed|allocated|completing' || {
    scontrol update nodename="$(sinfo -h -N -o '%N' | sort -u | paste -sd,)" state=resume; false
  }
}
each_slurmd() { local f; for f in "$D"/run/slurmd-n*.pid; do case $f in *real*|*'*'*) ;; *) "$@" "$f" ;; esac; done; }
say() { if alive "$1"; then echo "$(basename "$1" .pid) up"; else echo "$(basename "$1" .pid) down"; fi; }

{ [ -s "$D/ports" ] && mapfile -t P <"$D/ports"; } || P=()
CTLD=${1:-${P[0]:-}} SLURMD=${2:-${P[1]:-}} DBD=${3:-${P[2]:-}} DBP=${4:-${P[3]:-}}
case $CMD in
  start)
    [ -s "$D/slurm.conf" ] || configure
    start_munge; start_db; start_dbd; start_ctld; start_slurmd ;;
  stop)
    each_slurmd stop_one
    for n in slurmctld slurmdbd mariadb munged; do stop_one "$D/run/$n.pid"; done ;;
  stop-one) stop_one "$D/run/${1:?daemon}.pid" ;;
  status) for n in munged mariadb slurmdbd slurmctld; do say "$D/run/$n.pid"; done; each_slurmd say ;;
  kill9) kill -9 "$(cat "$D/run/${1:?daemon}.pid")"; rm -f "$D/run/$1.pid" ;;
  *) sed -n '2,13p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
