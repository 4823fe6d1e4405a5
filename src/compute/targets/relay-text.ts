/**
 * A program in Python, for a node that cannot reach the tracking server but by its cluster: many connections over one
 * stream, in frames of an id, a size and so many bytes; a frame without bytes is the end of a connection.
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

head = struct.Struct(">II")
piece = 65536


class Link:
    def __init__(self, reader, writer, connect=None):
        self.reader, self.writer, self.connect = reader, writer, connect
        self.ends, self.last = {}, 0

    def send(self, number, data):
        self.writer.write(head.pack(number, len(data)) + data)

    async def take(self, number, reader, writer):
        """Sends on what comes from one connection, until it or the link ends."""
        self.last = number
        self.ends[number] = writer
        try:
            data = b"."
            while data:
                data = await reader.read(piece)
                self.send(number, data)
                await self.writer.drain()
        except OSError:
            self.send(number, b"")

    async def open(self, number):
        self.last = number
        try:
            reader, writer = await self.connect()
        except OSError:
            return self.send(number, b"")
        self.ends[number] = writer
        asyncio.ensure_future(self.take(number, reader, writer))

    async def run(self):
        """Takes frames until the link ends, and all connections with it."""
        try:
            while True:
                number, size = head.unpack(await self.reader.readexactly(head.size))
                data = await self.reader.readexactly(size)
                # What comes late for one that has ended opens no other.
                if number > self.last and self.connect:
                    await self.open(number)
                writer = self.ends.get(number)
                if writer is None:
                    continue
                try:
                    writer.write(data)
                    await writer.drain()
                except OSError:
                    data = b""
                if not data:
                    self.ends.pop(number).close()
        except (asyncio.IncompleteReadError, OSError):
            pass
        for writer in self.ends.values():
            writer.close()
        self.writer.close()


class Node:
    def __init__(self):
        self.link, self.count = None, 0

    async def on_client(self, reader, writer):
        # The link comes a moment after the job has begun, and again after it broke.
        while self.link is None:
            await asyncio.sleep(0.05)
        self.count += 1
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
