/**
 * The program that keeps a kernel on another machine, in the Python of the kernel, which has pyzmq with ipykernel.
 *
 * `start FOLDER TEXT` ends what an earlier one of the folder keeps, and starts the keeper in a session of its own;
 * `keep FOLDER` is that; `attach FOLDER` joins its standard input and output with the keeper; `stop FOLDER` ends both. FOLDER is below the user's home.
 *
 * The keeper has the kernel's sockets, which are files that only the user may open, and numbers what comes on them. Who is
 * attached is sent all that it has not acknowledged yet, and numbers what it asks: so nothing is lost or done twice over a
 * connection that breaks, whenever that is. Lines of JSON, to the keeper:
 *
 * - `{"after": N}` first: N is had. `{"ack": N}`: needed no more, and nothing up to that
 * - `{"id": I, "send": {channel, parts, buffers}}`, `{"id": I, "signal": "SIGINT"}`
 *
 * and from it: `{"n": N, "channel", "parts", "buffers"}`, `{"n": N, "ended": {code, said}}`, `{"took": I}`, `{"beat": 1}`.
 */
export const keeperText = String.raw`
import base64, collections, hashlib, hmac, itertools, json, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time

def path(name):
    return os.path.join(folder, name)

def alive():
    try:
        pid, birth = open(path("pid")).read().split()
        return int(pid) if birth == born(pid) else None
    except (OSError, ValueError):
        return None

def born(pid):
    try:
        return open("/proc/%s/stat" % pid).read().rpartition(")")[2].split()[19]
    except OSError:
        return subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE).stdout.decode().strip().replace(" ", "_") or "-"

def stop():
    pid = alive()
    if pid:
        os.kill(pid, signal.SIGTERM)
        until = time.time() + 15
        while alive() and time.time() < until:
            time.sleep(0.05)
        if alive():
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)

def start():
    import ipykernel_launcher, zmq
    stop()
    os.makedirs(folder, mode=0o700)
    os.chmod(folder, 0o700)
    with open(path("keeper.py"), "w") as file:
        file.write(sys.argv[3])
    with open(path("log"), "w") as log:
        child = subprocess.Popen([sys.executable, path("keeper.py"), "keep", sys.argv[2]], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=os.path.expanduser("~"))
    until = time.time() + 30
    while not os.path.exists(path("ready")):
        if child.poll() is not None or time.time() > until:
            sys.exit(open(path("log")).read()[-2000:] or "It does not answer.")
        time.sleep(0.02)
    print("ready")

def attach():
    line = socket.socket(socket.AF_UNIX)
    line.connect(open(path("ready")).read())
    def pump():
        while True:
            data = os.read(0, 65536)
            if not data:
                # Whoever is on the other end has gone.
                os._exit(0)
            line.sendall(data)
    threading.Thread(target=pump, daemon=True).start()
    while True:
        data = line.recv(65536)
        if not data:
            break
        view = memoryview(data)
        while view:
            view = view[os.write(1, view):]

class Keeper:
    def __init__(self):
        self.items = collections.deque()
        self.last = 0
        self.taken = 0
        self.news = threading.Condition()
        self.generation = 0
        self.attached = time.time()
        self.asked = collections.deque()
        self.wake_out, self.wake_in = socket.socketpair()

    def add(self, item):
        with self.news:
            self.last += 1
            self.items.append((self.last, (json.dumps(dict(item, n=self.last)) + "\n").encode()))
            self.news.notify_all()

    def ask(self, line):
        self.asked.append(line)
        self.wake_in.send(b"x")

    def serve(self, server):
        while True:
            line, _ = server.accept()
            threading.Thread(target=self.talk, args=(line,), daemon=True).start()

    def talk(self, line):
        reader = line.makefile("r", encoding="utf-8", newline="\n")
        first = json.loads(reader.readline() or "null")
        if not isinstance(first, dict):
            return line.close()
        with self.news:
            # Another takes the place of one whose connection is dead and does not know it yet.
            self.generation += 1
            mine = self.generation
            self.news.notify_all()
        writing = threading.Lock()
        threading.Thread(target=self.tell, args=(line, writing, mine, first["after"]), daemon=True).start()
        try:
            for text in reader:
                asked = json.loads(text)
                if "ack" in asked:
                    with self.news:
                        while self.items and self.items[0][0] <= asked["ack"]:
                            self.items.popleft()
                    continue
                with self.news:
                    if mine != self.generation:
                        break
                    is_new = asked["id"] > self.taken
                    self.taken = max(self.taken, asked["id"])
                if is_new:
                    self.ask(asked)
                with writing:
                    line.sendall((json.dumps({"took": asked["id"]}) + "\n").encode())
        except (OSError, ValueError):
            pass
        line.close()

    def fresh(self, after):
        first = self.items[0][0] if self.items else self.last + 1
        return list(itertools.islice(self.items, max(0, after + 1 - first), max(0, after + 1 - first) + 500))

    def tell(self, line, writing, mine, after):
        try:
            while True:
                with self.news:
                    if mine != self.generation:
                        break
                    self.attached = time.time()
                    new = self.fresh(after)
                    if not new:
                        self.news.wait(5)
                        new = self.fresh(after)
                with writing:
                    line.sendall(b"".join(data for _, data in new) or b'{"beat": 1}\n')
                after = new[-1][0] if new else after
        except OSError:
            pass
        line.close()

def keep():
    import zmq
    from zmq.utils.monitor import recv_monitor_message
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with open(path("pid"), "w") as file:
        file.write("%d %s" % (os.getpid(), born(os.getpid())))
    # Of short names, on a disk of this machine.
    sockets = tempfile.mkdtemp(prefix="rw-")
    key = base64.b16encode(os.urandom(32)).decode().lower()
    names = ["shell", "iopub", "stdin", "control", "hb"]
    connection = dict({name + "_port": at + 1 for at, name in enumerate(names)}, transport="ipc", ip=os.path.join(sockets, "k"), key=key, signature_scheme="hmac-sha256")
    with open(path("connection.json"), "w") as file:
        json.dump(connection, file)
    env = dict(os.environ, JPY_PARENT_PID=str(os.getpid()), PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", ""))
    errors = open(path("said"), "w")
    exec_lines = "--IPKernelApp.exec_lines=(lambda thread: thread.schedule(lambda: thread.socket.setsockopt(__import__('zmq').SNDHWM, 0)))(get_ipython().kernel.iopub_socket.io_thread)"
    kernel = subprocess.Popen([sys.executable, "-m", "ipykernel_launcher", "-f", path("connection.json"), exec_lines], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True, env=env)
    context = zmq.Context()
    identity = os.urandom(8)
    channels, poller, waiting = {}, zmq.Poller(), {}
    for name in ("shell", "control", "stdin", "iopub"):
        own = context.socket(zmq.SUB if name == "iopub" else zmq.DEALER)
        own.setsockopt(zmq.RCVHWM, 0)
        own.setsockopt(zmq.LINGER, 500)
        own.setsockopt(zmq.RECONNECT_IVL, 20)
        if name == "iopub":
            own.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            own.setsockopt(zmq.SNDHWM, 0)
            own.setsockopt(zmq.IDENTITY, identity)
            waiting[name] = own.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
            poller.register(waiting[name], zmq.POLLIN)
        own.connect("ipc://%s-%d" % (connection["ip"], connection[name + "_port"]))
        channels[name] = own
        poller.register(own, zmq.POLLIN)
    keeper = Keeper()
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(sockets, "keeper"))
    server.listen(8)
    threading.Thread(target=keeper.serve, args=(server,), daemon=True).start()
    poller.register(keeper.wake_out, zmq.POLLIN)
    with open(path("ready.tmp"), "w") as file:
        file.write(os.path.join(sockets, "keeper"))
    os.rename(path("ready.tmp"), path("ready"))
    ending = {}

    def end(*_):
        ending.setdefault("at", time.time())

    def group(name):
        try:
            os.killpg(kernel.pid, name)
        except OSError:
            pass

    def send(channel, parts, buffers=()):
        sign = hmac.new(key.encode(), digestmod=hashlib.sha256)
        for part in parts:
            sign.update(part)
        channels[channel].send_multipart([b"<IDS|MSG>", sign.hexdigest().encode()] + parts + list(buffers))

    def ask_to_end():
        header = {"msg_id": "end", "session": "keeper", "username": "runwright", "date": "2000-01-01T00:00:00Z", "msg_type": "shutdown_request", "version": "5.4"}
        send("control", [json.dumps(part).encode() for part in (header, {}, {}, {"restart": False})])

    def take():
        while keeper.asked:
            asked = keeper.asked.popleft()
            if "send" in asked:
                message = asked["send"]
                send(message["channel"], [part.encode() for part in message["parts"]], [base64.b64decode(each) for each in message["buffers"]])
            elif "signal" in asked:
                group(getattr(signal, asked["signal"]))

    def hear(timeout):
        ready = dict(poller.poll(timeout))
        for name, own in channels.items():
            for _ in range(200 if own in ready else 0):
                try:
                    frames = own.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                parts = frames[frames.index(b"<IDS|MSG>") + 2:]
                texts = [part.decode("utf-8", "replace") for part in parts[:4]]
                keeper.add({"channel": name, "parts": texts, "buffers": [base64.b64encode(part).decode() for part in parts[4:]]})
        for name, monitor in list(waiting.items()):
            if monitor in ready and recv_monitor_message(monitor)["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                poller.unregister(monitor)
                channels[name].disable_monitor()
                del waiting[name]
        if keeper.wake_out.fileno() in ready:
            keeper.wake_out.recv(65536)
        # What the kernel asks on a channel that it has not heard of, it throws away.
        if not waiting:
            take()
        return ready

    signal.signal(signal.SIGTERM, end)
    nobody = 7 * 86400
    while kernel.poll() is None:
        hear(50 if "at" in ending else 500)
        if time.time() - keeper.attached > nobody:
            end()
        if "at" in ending:
            late = time.time() - ending["at"]
            if late > 5:
                group(signal.SIGKILL)
            elif "asked" not in ending:
                ending["asked"] = True
                ask_to_end()
            elif late > 0.5 and "stopped" not in ending:
                # One in the midst of a cell ends when that does.
                ending["stopped"] = True
                group(signal.SIGINT)
    # What it has said last.
    for _ in range(20):
        if not hear(50):
            break
    group(signal.SIGKILL)
    with open(path("said")) as file:
        said = file.read()[-4000:]
    keeper.add({"ended": {"code": kernel.returncode, "said": said}})
    until = time.time() + (0 if "at" in ending else nobody)
    while keeper.items and time.time() < until and "at" not in ending:
        hear(200)
        take()
    shutil.rmtree(sockets, ignore_errors=True)

folder = os.path.join(os.path.expanduser("~"), sys.argv[2])
{"start": start, "keep": keep, "attach": attach, "stop": stop}[sys.argv[1]]()
`
