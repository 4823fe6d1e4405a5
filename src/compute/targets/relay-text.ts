/**
 * A program in Python, for a node that cannot reach the tracking server but by its cluster: many connections over one
 * stream, in frames of a kind, an id and a size: a connection opens; so many bytes follow, or none at its end; so many
 * have been taken and may be followed by others.
 *
 * - `listen FOLDER FILE PID` on the node: takes connections at a port of the node's loopback, which it prints, and hands
 *   them to whoever comes to the socket in FOLDER, whose path it writes to FILE. Goes on behind its caller's back, and
 *   ends with process PID.
 * - `link SOCKET` on the node too: its input and output are that stream.
 * - `connect PORT FILE IDS` on the login node, in the attempt's folder: starts `link` as a step of the job and takes the
 *   connections to PORT of its own loopback, for as long as there is that FILE. The last id in IDS is the job's.
 */
export function relayText(): string {
  return `import asyncio, fcntl, os, re, socket, struct, subprocess, sys, threading, time

head = struct.Struct(">BII")
open_kind, data_kind, taken_kind = range(3)
piece = 65536
# What one connection may have under way, so that one that is slow neither holds up the others nor fills the memory.
window = 1 << 20


class End:
    """One connection, with what is to be written to it and how much the other side may still be sent."""

    def __init__(self, writer):
        self.writer, self.waiting, self.room = writer, asyncio.Queue(), window
        self.changed = asyncio.Event()


class Link:
    def __init__(self, reader, writer, connect=None):
        self.reader, self.writer, self.connect = reader, writer, connect
        self.ends, self.is_over = {}, False
        # Before Python 3.11 only one may wait for this.
        self.draining = asyncio.Lock()

    def send(self, kind, number, size, data=b""):
        self.writer.write(head.pack(kind, number, size) + data)

    async def take(self, number, reader, writer):
        """Carries one connection, until it or the link ends."""
        end = self.ends[number] = End(writer)
        giving = asyncio.ensure_future(self.give(number, end))
        try:
            data = b"."
            while data and not self.is_over:
                while end.room <= 0 and not self.is_over:
                    end.changed.clear()
                    await end.changed.wait()
                data = await reader.read(min(piece, max(1, end.room)))
                end.room -= len(data)
                self.send(data_kind, number, len(data), data)
                async with self.draining:
                    await self.writer.drain()
        except OSError:
            self.send(data_kind, number, 0)
        await giving
        self.ends.pop(number, None)

    async def give(self, number, end):
        data = await end.waiting.get()
        try:
            while data:
                end.writer.write(data)
                await end.writer.drain()
                self.send(taken_kind, number, len(data))
                data = await end.waiting.get()
        except OSError:
            pass
        end.writer.close()

    async def open(self, number):
        try:
            reader, writer = await self.connect()
        except OSError:
            return self.send(data_kind, number, 0)
        asyncio.ensure_future(self.take(number, reader, writer))
        await asyncio.sleep(0)

    async def run(self):
        """Takes frames until the link ends, and all connections with it."""
        try:
            while True:
                kind, number, size = head.unpack(await self.reader.readexactly(head.size))
                data = await self.reader.readexactly(size) if kind == data_kind else b""
                if kind == open_kind:
                    await self.open(number)
                end = self.ends.get(number)
                if end is None or kind == open_kind:
                    continue
                if kind == data_kind:
                    end.waiting.put_nowait(data)
                else:
                    end.room += size
                    end.changed.set()
        except (asyncio.IncompleteReadError, OSError):
            pass
        self.is_over = True
        for end in self.ends.values():
            end.waiting.put_nowait(b"")
            end.changed.set()
        self.writer.close()


class Node:
    def __init__(self):
        self.link, self.count = None, 0

    async def on_client(self, reader, writer):
        # The link comes a moment after the job has begun, and again after it broke.
        while self.link is None:
            await asyncio.sleep(0.05)
        self.count += 1
        self.link.send(open_kind, self.count, 0)
        await self.link.take(self.count, reader, writer)

    async def on_link(self, reader, writer):
        link = self.link = Link(reader, writer)
        await link.run()
        if self.link is link:
            self.link = None


def is_alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except OSError:
        return False


async def outlive(pid):
    while is_alive(pid):
        await asyncio.sleep(1)


def listen(folder, file, pid):
    clients = socket.socket()
    clients.bind(("127.0.0.1", 0))
    links = socket.socket(socket.AF_UNIX)
    links.bind(folder + "/socket")
    if os.fork():
        print(clients.getsockname()[1])
        return
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in 0, 1, 2:
        os.dup2(quiet, stream)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    node = Node()
    loop.run_until_complete(asyncio.start_server(node.on_client, sock=clients))
    loop.run_until_complete(asyncio.start_unix_server(node.on_link, sock=links))
    with open(file + ".part", "w") as out:
        out.write(folder + "/socket")
    os.rename(file + ".part", file)
    loop.run_until_complete(outlive(int(pid)))
    for rest in file, folder + "/socket":
        os.path.exists(rest) and os.remove(rest)
    os.rmdir(folder)


def link(path):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(path)

    def send():
        data = b"."
        while data:
            data = os.read(0, piece)
            stream.sendall(data)
        stream.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()
    while True:
        data = stream.recv(piece)
        if not data:
            return
        while data:
            data = data[os.write(1, data) :]


async def join(port, words):
    step = await asyncio.create_subprocess_exec(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    await Link(step.stdout, step.stdin, lambda: asyncio.open_connection("127.0.0.1", port)).run()
    if step.returncode is None:
        step.kill()
    await step.wait()


def read(file):
    try:
        with open(file) as text:
            return text.read()
    except OSError:
        return ""


def connect(port, file, ids):
    with open(file + ".lock", "w") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        failures = 0
        while failures < 30:
            path, known = read(file), re.findall(r"^\\d+", read(ids), re.M)
            if not path or not known:
                return
            step = ["srun", "--quiet", "--jobid=" + known[-1], "--overlap", "--unbuffered", "--relative=0"]
            step += ["--nodes=1", "--ntasks=1", "--mem=0", "python3", os.path.abspath(__file__), "link", path]
            began = time.monotonic()
            asyncio.run(join(int(port), step))
            failures = 0 if time.monotonic() - began > 60 else failures + 1
            time.sleep(2)


{"listen": listen, "link": link, "connect": connect}[sys.argv[1]](*sys.argv[2:])
`
}
