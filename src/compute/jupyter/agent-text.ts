/**
 * What one side may have on its way to the other in one stream before it is told that it was taken, in bytes. It bounds
 * what a slow program or a fast one keeps in memory, and what a kernel's output queue has to hold.
 */
export const windowBytes = 1 << 20
/** Of one message; far below what servers and proxies let through. */
export const pieceBytes = 128 << 10
/** Milliseconds after which an end that has not said a word is gone for the other. */
export const silenceMs = 20_000

/**
 * The agent: a Python program inside the control kernel, in a thread and event loop of its own. It runs programs, each
 * in a session of its own, and listens at a port of the loopback there, and carries all that is read and written over
 * a comm, in JSON messages `{op, n, id, …}`; `n` counts those of the agent, so that a lost one is noticed.
 *
 * Ours: `hello`, `ping`, `listen {port}`, `run {id, argv, seconds, input}`, and for a stream `data {bytes}`, `end`,
 * `ack {size}`, `drop`. The agent's: `ready`, `pong`, `listening` or `refused {port, said}`, `accept {id, bytes}`, and for a
 * stream `data {of, bytes}`, `end`, `ack {size}`, `exit {code, said, out, err}`.
 */
export function agentText(target: string): string {
  return String.raw`
import asyncio, base64, itertools, os, signal, sys, threading, time

TARGET, WINDOW, PIECE, SILENCE, PATIENCE = "${target}", ${windowBytes}, ${pieceBytes}, ${silenceMs / 1000}, 60
# Seconds in which what a client writes in two goes counts as one: its header, then its body.
BREATH = 0.003
loop = asyncio.new_event_loop()
numbers = itertools.count()
peers = []
listeners = {}
servers = {}
# A server passes on a thousand messages a second to one connection and drops the rest.
sent = {"second": 0, "count": 0, "most": 500}


async def calm():
    now = time.monotonic()
    if now - sent["second"] >= 1:
        sent.update(second=now, count=0)
    sent["count"] += 1
    if sent["count"] > sent["most"]:
        await asyncio.sleep(sent["second"] + 1 - now)


def to_text(data):
    return base64.b64encode(data).decode()


async def read_piece(reader, size=PIECE):
    try:
        return await reader.read(size)
    except OSError:
        return b""


async def read_breath(reader):
    piece = await read_piece(reader)
    while piece and len(piece) < PIECE:
        try:
            more = await asyncio.wait_for(read_piece(reader), BREATH)
        except asyncio.TimeoutError:
            break
        if not more:
            break
        piece += more
    return piece


class Stream:
    """Bytes in both directions, never more than a window of them unread."""

    def __init__(self, peer, id):
        self.peer, self.id = peer, id
        self.incoming, self.room, self.freed = asyncio.Queue(), WINDOW, asyncio.Event()
        self.drop = self.leave = lambda: None
        peer.streams[id] = self

    def say(self, op, **more):
        self.peer.send(op, id=self.id, **more)

    async def send_from(self, reader, name, read=read_piece):
        while True:
            piece = await read(reader)
            if not piece:
                return
            await self.send(piece, name)

    async def send(self, piece, name):
        # Whoever is gone takes nothing, but a program is not to stop at a full pipe.
        if not self.peer.is_open:
            return
        await calm()
        self.room -= len(piece)
        self.say("data", of=name, bytes=to_text(piece))
        while self.room <= 0 and self.peer.is_open:
            self.freed.clear()
            await self.freed.wait()

    async def collect_from(self, reader, name):
        """As send_from, but the last piece, which may be all there is, is returned."""
        held = b""
        while True:
            piece = await read_piece(reader)
            if not piece:
                return held
            held += piece
            if len(held) >= PIECE:
                await self.send(held, name)
                held = b""

    async def write_to(self, writer):
        is_taken, owed = True, 0
        while True:
            piece = await self.incoming.get()
            if not piece:
                break
            try:
                if is_taken:
                    writer.write(piece)
                    await writer.drain()
            except OSError:
                # It may end without reading all.
                is_taken = False
            owed += len(piece)
            if owed > WINDOW // 4:
                self.say("ack", size=owed)
                owed = 0
        try:
            writer.write_eof()
        except (OSError, RuntimeError):
            pass

    def free(self, size):
        self.room += size
        self.freed.set()


class Peer:
    """Who is at the other end of a comm."""

    def __init__(self, comm, client):
        self.comm, self.client = comm, client
        self.count, self.streams, self.heard, self.is_open = 0, {}, time.monotonic(), True
        peers.append(self)

    def send(self, op, **more):
        if self.is_open:
            self.count += 1
            self.comm.send(dict(more, op=op, n=self.count))

    def take(self, data):
        self.heard = time.monotonic()
        op, stream = data["op"], self.streams.get(data.get("id"))
        if op == "hello":
            self.count = 0
            self.send("ready")
        elif op == "ping":
            self.send("pong")
        elif op == "listen":
            loop.create_task(listen(self, data["port"]))
        elif op == "run":
            stream = Stream(self, data["id"])
            if data["input"] is not None:
                stream.incoming.put_nowait(base64.b64decode(data["input"]))
                stream.incoming.put_nowait(b"")
            loop.create_task(run(stream, data["argv"], data["seconds"]))
        elif stream is None:
            pass
        elif op == "data":
            stream.incoming.put_nowait(base64.b64decode(data["bytes"]))
        elif op == "end":
            stream.incoming.put_nowait(b"")
        elif op == "ack":
            stream.free(data["size"])
        elif op == "drop":
            stream.drop()

    def close(self):
        if not self.is_open:
            return
        self.is_open = False
        peers.remove(self)
        for own in listeners.values():
            if self in own:
                own.remove(self)
        for stream in list(self.streams.values()):
            stream.leave()
            stream.freed.set()
        try:
            self.comm.close()
        except Exception:
            pass


async def run(stream, argv, seconds):
    """Runs a program; one without a limit ends with whoever asked for it."""
    try:
        process = await asyncio.create_subprocess_exec(
            *[word.encode() for word in argv],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=os.path.expanduser("~"),
            env=environment(),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        stream.peer.streams.pop(stream.id, None)
        return stream.say("exit", code=127, said=str(error), out="", err="")

    def kill():
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            pass

    feeding = loop.create_task(stream.write_to(process.stdin))
    stream.drop = kill
    # What has all of its input goes on to its end.
    stream.leave = lambda: kill() if seconds is None or not feeding.done() else None
    timer = None if seconds is None else loop.call_later(seconds, kill)
    # What is followed is wanted as it comes, all else when it is over.
    pass_on = stream.send_from if seconds is None else stream.collect_from
    out, err = await asyncio.gather(pass_on(process.stdout, "out"), pass_on(process.stderr, "err"))
    code = await process.wait()
    if timer is not None:
        timer.cancel()
    feeding.cancel()
    stream.peer.streams.pop(stream.id, None)
    stream.say("exit", code=code if code >= 0 else 128 - code, said="", out=to_text(out or b""), err=to_text(err or b""))


async def listen(peer, port):
    try:
        if port not in servers:
            servers[port] = await asyncio.start_server(lambda *ends: accept(port, *ends), "127.0.0.1", port)
    except OSError as error:
        return peer.send("refused", port=port, said=str(error))
    own = listeners.setdefault(port, [])
    if peer not in own and peer.is_open:
        own.append(peer)
    peer.send("listening", port=port)


async def accept(port, reader, writer):
    """Hands a connection to who came last; while nobody is there, it waits."""
    first = await read_breath(reader)
    ends = time.monotonic() + PATIENCE
    while first and not listeners[port] and time.monotonic() < ends:
        await asyncio.sleep(0.1)
    if first and listeners[port]:
        stream = Stream(listeners[port][-1], "c%d" % next(numbers))
        stream.drop = stream.leave = writer.transport.abort
        stream.room -= len(first)
        stream.say("accept", port=port, bytes=to_text(first))

        async def send():
            await stream.send_from(reader, "out", read_breath)
            stream.say("end")
            # After an abort nobody says that there is no more.
            if writer.transport.is_closing():
                stream.incoming.put_nowait(b"")

        await asyncio.gather(send(), stream.write_to(writer))
        stream.peer.streams.pop(stream.id, None)
    writer.close()


def environment():
    """Of the server, without what a kernel has set for itself, and with the kernel's Python first."""
    own = "JPY_PARENT_PID JPY_SESSION_NAME JPY_INTERRUPT_EVENT TERM CLICOLOR CLICOLOR_FORCE FORCE_COLOR PAGER GIT_PAGER"
    env = {name: value for name, value in os.environ.items() if name not in own.split()}
    if "inline" in env.get("MPLBACKEND", ""):
        del env["MPLBACKEND"]
    env["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), env.get("PATH", os.defpath)])
    return env


async def sweep():
    while True:
        await asyncio.sleep(1)
        for peer in list(peers):
            if time.monotonic() - peer.heard > SILENCE:
                peer.close()


def hush(kernel):
    """
    Takes back busy and idle for each message to the agent. They would be three frames for one; and as a server sends a
    small frame only once the one before is acknowledged, each answer would wait some 40 ms behind them.
    """
    if not hasattr(kernel, "_publish_status") or not hasattr(kernel, "get_parent"):
        return
    publish = kernel._publish_status

    def publish_others(*words, **more):
        if (kernel.get_parent() or {}).get("header", {}).get("msg_type") != "comm_msg":
            publish(*words, **more)

    kernel._publish_status = publish_others


def work():
    asyncio.set_event_loop(loop)
    loop.create_task(sweep())
    loop.run_forever()


def opened(comm, message):
    client = message["content"]["data"].get("client")

    def meet():
        # The same one comes again after a cut.
        for peer in [peer for peer in peers if peer.client == client]:
            peer.close()
        known.append(Peer(comm, client))

    known = []
    comm.on_msg(lambda message: loop.call_soon_threadsafe(lambda: known[0].take(message["content"]["data"])))
    comm.on_close(lambda message: loop.call_soon_threadsafe(lambda: known[0].close()))
    loop.call_soon_threadsafe(meet)


def start(kernel):
    hush(kernel)
    threading.Thread(target=work, name="runwright", daemon=True).start()
    kernel.comm_manager.register_target(TARGET, opened)
`
}

/** What the kernel executes so that it has the agent; done again, it changes nothing. */
export function startAgentText(target: string): string {
  return `def _runwright():
    import sys, types
    if ${JSON.stringify(target)} not in sys.modules:
        module = types.ModuleType(${JSON.stringify(target)})
        exec(compile(${JSON.stringify(agentText(target))}, ${JSON.stringify(target)}, "exec"), module.__dict__)
        module.start(get_ipython().kernel)
        sys.modules[${JSON.stringify(target)}] = module
_runwright()
del _runwright
`
}
