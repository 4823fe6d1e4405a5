#!/usr/bin/env bash
# An ssh server on 127.0.0.1 with its own keys and settings: key logins only, as the user who starts it.
#
#   sshd.sh FOLDER start PORT     the port is needed the first time only
#   sshd.sh FOLDER stop | kill9   kill9 ends the server and all of its connections at once
#
# Then `ssh -F FOLDER/ssh_config target true` works. Whoever logs in has FOLDER/home as HOME.
# Needs (Debian): openssh-server openssh-client
set -euo pipefail
D=$1 CMD=${2:-} PORT=${3:-$(cat "$1/port" 2>/dev/null || true)}
PATH=$PATH:/usr/sbin:/sbin
alive() { [ -s "$D/sshd.pid" ] && kill -0 "$(cat "$D/sshd.pid")" 2>/dev/null; }
# The server and what it has forked, but not what a login has started: that has another name.
servers() { local p; for p in $(cat "$D/sshd.pid") $(pgrep -P "$(cat "$D/sshd.pid")" || true); do echo "$p"; pgrep -P "$p" -x sshd || true; done | sort -un; }

configure() {
  mkdir -p "$D/home"; chmod 700 "$D" "$D/home"; echo "$PORT" >"$D/port"
  for key in host client stranger; do ssh-keygen -q -t ed25519 -N '' -C "test-$key" -f "$D/$key"; done
  cp "$D/client.pub" "$D/authorized_keys"; chmod 600 "$D/authorized_keys"
  echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$D/host.pub")" >"$D/known_hosts"
  cat >"$D/sshd_config" <<C
ListenAddress 127.0.0.1:$PORT
HostKey $D/host
AuthorizedKeysFile $D/authorized_keys
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
LogLevel VERBOSE
MaxStartups 200
MaxSessions 200
ClientAliveInterval 15
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
Subsystem sftp internal-sftp
SetEnv HOME=$D/home
AcceptEnv SLURM_CONF
C
  cat >"$D/ssh_config" <<C
Host *
  HostName 127.0.0.1
  Port $PORT
  User $(id -un)
  IdentityFile $D/client
  IdentitiesOnly yes
  UserKnownHostsFile $D/known_hosts
  GlobalKnownHostsFile /dev/null
C
}

case $CMD in
  start)
    alive && exit 0
    [ "$(id -u)" = 0 ] && mkdir -p /run/sshd
    [ -s "$D/sshd_config" ] || configure
    setsid nohup "$(command -v sshd)" -D -e -f "$D/sshd_config" >>"$D/sshd.log" 2>&1 </dev/null & echo $! >"$D/sshd.pid"
    end=$((SECONDS + 15))
    until ssh -o BatchMode=yes -o ConnectTimeout=2 -F "$D/ssh_config" -o ControlPath=none target true 2>/dev/null; do
      [ $SECONDS -lt $end ] || { tail -n 5 "$D/sshd.log" >&2; exit 1; }; sleep 0.1
    done ;;
  stop) if alive; then servers | xargs -r kill 2>/dev/null || true; fi; rm -f "$D/sshd.pid" ;;
  kill9) servers | xargs -r kill -9 2>/dev/null || true; rm -f "$D/sshd.pid" ;;
  *) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
